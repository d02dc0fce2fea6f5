"""Conditions: a bound on a quantity, such as `p99 < 250ms`."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BeforeValidator, WithJsonSchema

from bench.model.bound import Dimension, parse_bound, write_bound
from bench.model.record import Record

BoundedQuantity = Literal["p50", "p90", "p95", "p99", "p999", "max", "mean", "error_ratio"]

_GRAMMAR: Final = re.compile(r"^\s*([a-z_0-9]+)\s*<\s*(\S.*?)\s*$")


class Condition(Record):
    """An upper bound on a quantity of a step: seconds, or a ratio."""

    quantity: BoundedQuantity
    below: float

    @property
    def field(self) -> str:
        """The field of a step's row that is bounded."""
        return self.quantity if self.quantity == "error_ratio" else f"{self.quantity}_s"

    def __str__(self) -> str:
        return f"{self.quantity} < {self.write(self.below)}"

    def write(self, value: float) -> str:
        """Write a value of the quantity as bounds are written, to four digits.

        >>> Condition(quantity="p99", below=0.25).write(0.31276)
        '312.8ms'
        """
        return write_bound(_dimension(self.quantity), value)


def parse_condition(text: Any) -> Any:
    """Read a condition as people write it; what is no text is left to pydantic.

    Raises:
        ValueError: it is none.

    >>> str(parse_condition("p99 < 250ms")), str(parse_condition("error_ratio<0.1%"))
    ('p99 < 250ms', 'error_ratio < 0.1%')
    """
    if not isinstance(text, str):
        return text
    match = _GRAMMAR.match(text)
    if match is None:
        raise ValueError(f'a condition is like "p99 < 250ms" or "error_ratio < 0.1%", not {text!r}')
    quantity, bound = match.groups()
    if quantity not in get_args(BoundedQuantity):
        known = ", ".join(get_args(BoundedQuantity))
        raise ValueError(f"{quantity!r} can't be bounded in {text!r}; these can: {known}")
    below = parse_bound(_dimension(quantity), bound, text)
    if not below > 0:
        raise ValueError(f"the bound in {text!r} is above 0")
    return Condition.model_validate({"quantity": quantity, "below": below})


def as_tuple(given: Any) -> Any:
    """Let a single condition stand for a list of one."""
    return (given,) if isinstance(given, str | Condition | dict) else given


def _dimension(quantity: str) -> Dimension:
    return "ratio" if quantity == "error_ratio" else "time"


SearchedCondition = Annotated[
    Condition,
    BeforeValidator(parse_condition),
    WithJsonSchema({"type": "string", "pattern": r"^\s*[a-z_0-9]+\s*<\s*\S"}),
]
