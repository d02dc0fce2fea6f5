"""Checks: what a threshold demands, such as `p99 < 250ms` or `a.throughput > 2 * b.throughput`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final, Literal

from bench.model.bound import Dimension, parse_bound
from bench.model.record import Record
from bench.units import parse_ratio

CheckedQuantity = Literal[
    "throughput",
    "p50",
    "p90",
    "p95",
    "p99",
    "p999",
    "max",
    "mean",
    "error_ratio",
    "cpu",
    "memory",
    "threads",
    "loop_lag",
    "bystander",
]
"""What a check can look at; loop lag and bystander by their 99th percentiles."""

Operator = Literal["<", "<=", ">", ">="]

DIMENSIONS: Final[Mapping[CheckedQuantity, Dimension]] = MappingProxyType(
    {
        "throughput": "rate",
        "p50": "time",
        "p90": "time",
        "p95": "time",
        "p99": "time",
        "p999": "time",
        "max": "time",
        "mean": "time",
        "error_ratio": "ratio",
        "cpu": "time",
        "memory": "memory",
        "threads": "count",
        "loop_lag": "time",
        "bystander": "time",
    }
)

_LIKE: Final = (
    'a threshold is like "p99 < 250ms", "error_ratio <= 0" or '
    '"async.throughput > 2 * threads.throughput"'
)
_GRAMMAR: Final = re.compile(r"^\s*([^<>=]*?)\s*(<=|>=|<|>)\s*([^<>=]*?)\s*$")
_TERM: Final = re.compile(r"^(?:([A-Za-z0-9][A-Za-z0-9_.-]*)\.)?([A-Za-z_][A-Za-z0-9_-]*)$")
"""A variant's name may contain dots; no quantity does, so that the last one parts the two."""


class Term(Record):
    """A quantity of a variant; None: of each variant in turn, or of the other side's."""

    variant: str | None
    quantity: CheckedQuantity

    def __str__(self) -> str:
        return self.quantity if self.variant is None else f"{self.variant}.{self.quantity}"


class Check(Record):
    """A bound on a quantity: a number, or so many times another variant's quantity."""

    text: str
    """As it was written."""
    subject: Term
    operator: Operator
    bound: float
    """In SI units; with `against` the factor."""
    against: Term | None = None
    """What the bound is a multiple of."""

    def __str__(self) -> str:
        return self.text

    @property
    def terms(self) -> tuple[Term, ...]:
        """Both sides, or the only one that is measured."""
        return (self.subject,) if self.against is None else (self.subject, self.against)


def parse_check(given: Any) -> Any:
    """Read a check as people write it; what is no text is left to pydantic.

    Raises:
        ValueError: it is none; the message says what is wrong with it.

    >>> check = parse_check("v1.2-asgi.p99 <= 1.5 * p50")
    >>> str(check.subject), check.operator, check.bound, str(check.against)
    ('v1.2-asgi.p99', '<=', 1.5, 'p50')
    """
    if not isinstance(given, str):
        return given
    match = _GRAMMAR.match(given)
    if match is None or not all(match.groups()):
        raise ValueError(f"{_LIKE}, not {given!r}")
    left, operator, right = match.groups()
    subject = _parse_term(left, given)
    if subject is None:
        raise ValueError(f"{_LIKE}: {left!r} is no quantity in {given!r}")
    bound, against = _parse_right(subject, right, given)
    _refuse_senseless(subject, operator, bound, against, given)
    return Check.model_validate(
        {
            "text": " ".join(given.split()),
            "subject": subject,
            "operator": operator,
            "bound": bound,
            "against": against,
        }
    )


def _parse_right(subject: Term, right: str, given: str) -> tuple[float, Term | None]:
    """Read a bound: a number with its unit, or a multiple of another quantity."""
    parts = [part.strip() for part in right.split("*")]
    terms = [_parse_term(part, given) for part in parts]
    against = next((term for term in terms if term is not None), None)
    if against is None and len(parts) == 1:
        return parse_bound(DIMENSIONS[subject.quantity], right, given), None
    factors = [part for part, term in zip(parts, terms, strict=True) if term is None]
    if against is None or len(parts) > 2 or len(factors) != len(parts) - 1:
        raise ValueError(
            f"the bound in {given!r} is a number with its unit, or FACTOR * VARIANT.QUANTITY"
        )
    return (parse_ratio(factors[0]) if factors else 1.0), against


def _parse_term(text: str, given: str) -> Term | None:
    """Read a quantity with or without its variant; None: it is a number, or nothing of the kind.

    Raises:
        ValueError: it would be one, if only there were such a quantity.
    """
    match = _TERM.match(text)
    if match is None:
        return None
    variant, quantity = match.groups()
    if quantity not in DIMENSIONS:
        near = get_close_matches(quantity, DIMENSIONS, n=1)
        guess = f"; did you mean {near[0]}?" if near else ""
        known = ", ".join(DIMENSIONS)
        raise ValueError(
            f"{quantity!r} is no quantity in {given!r}{guess or f'; these are: {known}'}"
        )
    return Term.model_validate({"variant": variant, "quantity": quantity})


def _refuse_senseless(
    subject: Term, operator: str, bound: float, against: Term | None, given: str
) -> None:
    if not bound and (subject.quantity, operator, against) != ("error_ratio", "<=", None):
        raise ValueError(f"the bound in {given!r} is above 0; only error_ratio <= 0 is another")
    if bound < 0:
        raise ValueError(f"the bound in {given!r} is above 0")
    if against is None:
        return
    if "error_ratio" in (subject.quantity, against.quantity):
        raise ValueError(
            f"error_ratio is bounded by a number in {given!r}: where nothing fails it is 0, and 0 "
            "has no multiples"
        )
    if DIMENSIONS[subject.quantity] != DIMENSIONS[against.quantity]:
        raise ValueError(
            f"{subject.quantity} and {against.quantity} are of different kinds in {given!r}"
        )
    if against in (subject, Term(variant=None, quantity=subject.quantity)):
        raise ValueError(f"{given!r} compares a quantity with itself")
