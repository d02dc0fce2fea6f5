from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bench.reporting.gate_fitting import Part, fit_parts, shorten


def _part(size: int, width: int) -> Part:
    return Part("lines", size, lambda count: "\n".join(["é" * width] * count))


@given(
    parts=st.lists(st.tuples(st.integers(0, 60), st.integers(1, 40)), max_size=4),
    room=st.integers(700, 4_000),
)
def test_a_page_never_takes_more_than_its_room(parts: list[tuple[int, int]], room: int) -> None:
    page = fit_parts("head", [_part(size, width) for size, width in parts], room)
    assert page.startswith("head\n")
    assert len(page.encode()) <= room


def test_as_many_items_are_kept_as_fit() -> None:
    page = fit_parts("head", [_part(100, 5)], 700)
    kept = page.count("é" * 5)
    assert f"Cut to fit, shown are {kept} of 100 lines. The JSON report has all.\n" in page
    bigger = fit_parts("head", [_part(kept, 5)], 700)
    assert "Cut" not in bigger
    assert "Cut" in fit_parts("head", [_part(kept + 1, 5)], 700)


def test_nothing_is_said_where_nothing_was_cut() -> None:
    assert fit_parts("head", [_part(2, 1), _part(0, 1)], 1_000) == "head\n\né\né\n"


@given(st.text(), st.integers(2, 50))
def test_a_shortened_text_has_at_most_so_many_characters(text: str, most: int) -> None:
    assert len(shorten(text, most)) <= most
