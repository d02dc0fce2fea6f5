from __future__ import annotations

import doctest
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bench.model.check
import bench.model.term
from bench.model.check import Check, parse_check
from bench.model.term import DIMENSIONS, CheckedQuantity, Term

NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,20}", fullmatch=True)
BOUNDS = {"time": "3ms", "ratio": "1%", "memory": "3MiB", "rate": "3/s", "count": "3"}
NAMED = [quantity for quantity in DIMENSIONS if quantity != "observed"]


def read(text: str) -> Check:
    check = parse_check(text)
    assert isinstance(check, Check)
    return check


def test_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(bench.model.check).failed == 0
    assert doctest.testmod(bench.model.term).failed == 0


@pytest.mark.parametrize("quantity", NAMED)
def test_every_quantity_can_be_bounded_in_its_own_unit(quantity: CheckedQuantity) -> None:
    check = read(f"{quantity} <= {BOUNDS[DIMENSIONS[quantity]]}")

    assert check.subject == Term(variant=None, quantity=quantity)
    assert (check.operator, check.against) == ("<=", None)
    assert check.terms == (check.subject,)


@given(NAMES, st.sampled_from(["<", "<=", ">", ">="]), NAMES)
def test_a_variant_may_have_any_name_that_variants_have(one: str, operator: str, two: str) -> None:
    check = read(f" {one}.p99{operator}2 * {two}.p50 ")

    assert (check.subject.variant, check.operator) == (one, operator)
    assert check.against == Term(variant=two, quantity="p50")
    assert check.bound == 2.0


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("a.p99 < b.p99", 1.0),
        ("a.p99 < 1.5 * b.p99", 1.5),
        ("a.p99 < b.p99 * 1.5", 1.5),
        ("a.p99 < 110% * b.p99", 1.1),
        ("p99 < 10 * p50", 10.0),
    ],
)
def test_a_bound_may_be_a_multiple_of_another_quantity(text: str, factor: float) -> None:
    check = read(text)

    assert check.bound == pytest.approx(factor)
    assert len(check.terms) == 2


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "a threshold is like"),
        ("p99", "a threshold is like"),
        ("p99 == 3ms", "a threshold is like"),
        ("p99 <", "a threshold is like"),
        ("1ms < p99 < 3ms", "a threshold is like"),
        ("3ms > p99", "'3ms' is no quantity"),
        ("p42 < 3ms", "'p42' is no quantity in 'p42 < 3ms'; these are: throughput, p50"),
        ("a.thruput > 3", "did you mean throughput"),
        ("p99 < 3", "has no unit"),
        ("p99 < soon", "'soon' is no quantity"),
        ("p99 < 0ms", "is above 0"),
        ("throughput > 0", "is above 0"),
        ("error_ratio < 0", "only error_ratio <= 0 is another"),
        ("p99 < 0 * b.p99", "is above 0"),
        ("p99 < -1 * b.p99", "is above 0"),
        ("p99 < 2x * b.p99", "is no ratio"),
        ("p99 < 2 * 3ms", r"FACTOR \* VARIANT.QUANTITY"),
        ("p99 < p50 * p90", r"FACTOR \* VARIANT.QUANTITY"),
        ("p99 < 2 * 2 * p50", r"FACTOR \* VARIANT.QUANTITY"),
        ("p99 < 2 * b.memory", "p99 and memory are of different kinds"),
        ("a.error_ratio < b.error_ratio", "error_ratio is bounded by a number"),
        ("a.p99 < 2 * a.p99", "compares a quantity with itself"),
        ("a.p99 < 2 * p99", "compares a quantity with itself"),
        ("p99 < 2 * p99", "compares a quantity with itself"),
        ("a.p99 - b.p99 < a.p99 - b.p99", "compares a quantity with itself"),
        ("p99 - b.p99 < 3ms", "name the variants of the sum or difference"),
        ("a.p99 - b.p99 + d.p99 < 3ms", "one thing may be taken away, and it stands at the end"),
        ("a.cpu < 2 * b.cpu + c.cpu", "put brackets around what is multiplied"),
        ("a.cpu < 2 * b.cpu - c.cpu", "put brackets around what is multiplied"),
        ("a.cpu < b.cpu + 2 * c.cpu", "or FACTOR . .VARIANT.QUANTITY"),
        ("a.observed(x) + a.rss + a.threads < 5", "rss and threads are of different kinds"),
        ("p99 + b.p99 < 3ms", "name the variants of the sum or difference"),
        ("a.p99 < 2 * (b.p99 - p50)", "name the variants of the sum or difference"),
        ("a.p99 - b.memory < 3ms", "p99 and memory are of different kinds"),
        ("a.p99 - b.p99 - c.p99 < 3ms", "one thing may be taken away"),
        ("a.p99 - 3ms < 3ms", "is no quantity"),
        ("a.slope(p99) < 2 * b.p99", "a slope is held against a slope"),
        ("a.slope(error_ratio) < 1%", "error_ratio has no slope"),
        ("a.slope(p42) < 3ms", "'p42' is no quantity"),
        ("a.slope(3ms) < 3ms", "is no quantity"),
        ("a.observed < 3", r"observed\(NAME\)"),
        ("a.observed(jobs.mean) < 3", "there are median, p99 and max"),
        ("a.observed(jobs) < 3 parsecs", "in the observation's own unit"),
        ("p99 within 0% of 3ms", "give 1% to 99%"),
        ("p99 within 3 of 3ms", "give 1% to 99%"),
        ("p99 within some of 3ms", "is no ratio"),
        ("within 5% of 3ms", "a threshold is like"),
        ("error_ratio within 5% of 1%", "error_ratio is bounded by a number"),
        ("a.error_ratio - b.error_ratio < 1%", "error_ratio is bounded by a number"),
    ],
)
def test_what_is_no_check_is_refused_in_words(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_check(text)


@given(st.text(alphabet=string.ascii_letters + string.digits + " .*<>=%/-_é", max_size=40))
def test_no_text_fails_in_another_way_than_with_words(text: str) -> None:
    try:
        parse_check(text)
    except ValueError as error:
        assert str(error)  # noqa: PT017 - either is fine, and nothing else is


def test_no_failure_at_all_can_be_demanded() -> None:
    assert read("error_ratio <= 0").bound == 0.0


def test_what_is_no_text_is_left_alone() -> None:
    assert parse_check(3) == 3


def test_a_check_is_written_as_it_was_read() -> None:
    assert str(read("  a.p99   <  3ms ")) == "a.p99 < 3ms"


def test_a_difference_may_stand_on_either_side() -> None:
    check = read("a.cpu - c.cpu > 5 * (b.cpu - c.cpu)")

    assert (str(check.left), check.bound, str(check.right)) == (
        "a.cpu - c.cpu",
        5.0,
        "b.cpu - c.cpu",
    )
    assert [str(term) for term in check.terms] == ["a.cpu", "c.cpu", "b.cpu", "c.cpu"]
    assert str(read("a.cpu < b.cpu - c.cpu").right) == "b.cpu - c.cpu"


def test_a_sum_may_stand_on_either_side_and_something_be_taken_from_it() -> None:
    check = read("a.rss + a.uss + a.virtual - c.rss < 2 * (b.rss + b.uss)")

    assert (str(check.left), str(check.right)) == (
        "a.rss + a.uss + a.virtual - c.rss",
        "b.rss + b.uss",
    )
    assert (check.left.signs, check.right and check.right.signs) == ((1, 1, 1, -1), (1, 1))
    assert [str(term) for term in check.terms[:4]] == ["a.rss", "a.uss", "a.virtual", "c.rss"]
    slopes = read("a.slope(rss) + a.slope(observed(x)) > 1KiB")
    assert slopes.quantity == "a.slope(rss) + a.slope(observed(x))"
    assert read("a.slope(rss) > 1KiB").quantity == "rss"


def test_names_with_dashes_are_no_differences() -> None:
    check = read("thread-each.p99 < 2 * event-loop.p99")

    assert (check.less, check.against_less) == (None, None)


def test_a_zone_about_a_bound_can_be_demanded() -> None:
    check = read("a.throughput  within 15%  of 10/s")

    assert (check.operator, check.tolerance, check.bound) == ("within", 0.15, 10.0)
    assert read("a.p50 within 0.1 of 3 * b.p50").right is not None
    assert check.text == "a.throughput within 15% of 10/s"


@pytest.mark.parametrize(
    ("bound", "value"),
    [("0.5", 0.5), ("3/s", 3.0), ("250ms", 0.25), ("2MiB", 2097152.0), ("5%", 0.05)],
)
def test_an_observation_is_bounded_in_whatever_unit_it_is_told(bound: str, value: float) -> None:
    assert read(f"a.observed(jobs) < {bound}").bound == value


@pytest.mark.parametrize(
    "text", ["observed(jobs)", "a.observed(jobs.max)", "a.slope(memory)", "slope(observed(x.p99))"]
)
def test_a_term_is_written_as_it_was_read(text: str) -> None:
    assert str(read(f"{text} < 3MiB").subject) == text


def test_an_observation_may_be_held_against_anything() -> None:
    check = read("a.observed(done) within 10% of a.throughput")

    assert (check.bound, str(check.right)) == (1.0, "a.throughput")
