from __future__ import annotations

import doctest
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bench.model.check
from bench.model.check import DIMENSIONS, Check, CheckedQuantity, Term, parse_check

NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,20}", fullmatch=True)
BOUNDS = {"time": "3ms", "ratio": "1%", "memory": "3MiB", "rate": "3/s", "count": "3"}


def read(text: str) -> Check:
    check = parse_check(text)
    assert isinstance(check, Check)
    return check


def test_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(bench.model.check).failed == 0


@pytest.mark.parametrize("quantity", DIMENSIONS)
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
