from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.load.streams.numbering import Numbering


class Log:
    def __init__(self) -> None:
        self.lost: Counter[float] = Counter()
        self.duplicated: list[float] = []
        self.reordered: list[float] = []

    def lose(self, noticed_s: float, count: int) -> None:
        self.lost[noticed_s] += count

    def duplicate(self, received_s: float) -> None:
        self.duplicated.append(received_s)

    def reorder(self, received_s: float) -> None:
        self.reordered.append(received_s)


def follow(numbers: list[int]) -> Log:
    log, numbers_of_one = Log(), Numbering()
    for moment, number in enumerate(numbers):
        numbers_of_one.note(number, float(moment), log)
    return log


def count(numbers: list[int]) -> tuple[int, int, int]:
    log = follow(numbers)
    return log.lost.total(), len(log.duplicated), len(log.reordered)


@pytest.mark.parametrize(
    ("numbers", "lost", "duplicated", "reordered"),
    [
        ([], 0, 0, 0),
        ([7, 8, 9], 0, 0, 0),
        ([1, 2, 5], 2, 0, 0),
        ([1, 2, 2, 3], 0, 1, 0),
        ([1, 3, 2, 4], 0, 0, 1),
        ([1, 4, 3, 2, 2], 0, 1, 2),
        ([1, 2, 4, 3, 3, 7], 2, 1, 1),
        ([2, 1, 3], 0, 0, 1),
        ([5, 1, 3], 2, 0, 2),
        ([0, 10**15], 10**15 - 1, 0, 0),
        ([-2, -1, 0, 1], 0, 0, 0),
    ],
)
def test_numbers_are_lost_duplicated_and_reordered(
    numbers: list[int], lost: int, duplicated: int, reordered: int
) -> None:
    assert count(numbers) == (lost, duplicated, reordered)


def test_a_number_that_comes_late_is_taken_back_where_it_was_passed_over() -> None:
    log = follow([1, 5, 6, 3])
    assert log.lost == {1.0: 2}
    assert log.reordered == [3.0]


def test_gaps_that_are_too_many_to_remember_stay_lost() -> None:
    every_other = list(range(0, 2004, 2))
    assert count([*every_other, 3, 1]) == (1000, 1, 1)


@given(st.lists(st.integers(-20, 20), max_size=60))
def test_it_agrees_with_counting_by_sets(numbers: list[int]) -> None:
    seen: set[int] = set()
    duplicated = reordered = 0
    for number in numbers:
        if number in seen:
            duplicated += 1
        elif seen and number < max(seen):
            reordered += 1
        seen.add(number)
    lost = max(seen) - min(seen) + 1 - len(seen) if seen else 0
    assert count(numbers) == (lost, duplicated, reordered)


@given(st.lists(st.integers(0, 50), max_size=60))
def test_counting_up_what_is_expected_is_the_same_as_noting_it(numbers: list[int]) -> None:
    log, one = Log(), Numbering()
    for moment, number in enumerate(numbers):
        if number == one.expected:
            one.expected += 1
        else:
            one.note(number, float(moment), log)
    assert (log.lost.total(), len(log.duplicated), len(log.reordered)) == count(numbers)
