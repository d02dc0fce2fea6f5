from __future__ import annotations

from bench.load.http.remembering import Remembered


def test_what_was_made_is_known_by_its_bytes() -> None:
    remembered: Remembered[str] = Remembered()
    remembered.keep(b"a", "made of a")
    assert remembered.known == {b"a": "made of a"}


def test_nothing_is_kept_of_answers_without_bytes_or_very_long_ones() -> None:
    remembered: Remembered[str] = Remembered()
    remembered.keep(b"", "of pieces")
    remembered.keep(b"x" * 20_000, "long")
    assert remembered.known == {}


def test_where_answers_differ_remembering_ends() -> None:
    remembered: Remembered[int] = Remembered()
    for number in range(100):
        remembered.keep(str(number).encode(), number)
    assert remembered.known == {}


def test_where_answers_are_used_again_only_the_old_ones_are_forgotten() -> None:
    remembered: Remembered[int] = Remembered()
    at_hand = remembered.known
    for number in range(100):
        remembered.keep(str(number).encode(), number)
        remembered.uses += 100
    assert len(remembered.known) == 100 % 32
    assert at_hand is remembered.known
