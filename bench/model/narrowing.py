"""Narrowings: which load levels and conditions of an experiment something is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from bench.model.load_level import ArrivalRate, LoadLevel, Users
from bench.model.record import Record

StratumValue = str | int | float | bool
"""As in `bench.model.experiment`, which imports what imports this module."""


def _as_tuple(given: Any) -> Any:
    return (given,) if isinstance(given, str | int | float) else given


def _one_or_several(one: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [one, {"type": "array", "items": one}]}


_UserCounts = Annotated[
    tuple[Annotated[int, Field(strict=True, gt=0, le=1_000_000)], ...],
    BeforeValidator(_as_tuple),
    WithJsonSchema(_one_or_several({"type": "integer", "exclusiveMinimum": 0})),
]
_Rates = Annotated[
    tuple[Annotated[float, Field(strict=True, gt=0, le=10_000_000)], ...],
    BeforeValidator(_as_tuple),
    WithJsonSchema(_one_or_several({"type": "number", "exclusiveMinimum": 0})),
]
_StratumValues = Annotated[
    tuple[StratumValue, ...],
    BeforeValidator(_as_tuple),
    WithJsonSchema(_one_or_several({"type": ["string", "number", "boolean"]})),
]


class Narrowing(Record):
    """The load levels and conditions that something is narrowed to; by default to none of them."""

    users: _UserCounts = Field((), description="closed model: only at these levels; default: all")
    rate: _Rates = Field((), description="open model: only at these levels; default: all")
    stratum: dict[str, _StratumValues] = Field(
        default_factory=dict, description="only where the conditions have these values"
    )

    @model_validator(mode="after")
    def _is_of_one_model(self) -> Narrowing:
        if self.users and self.rate:
            raise ValueError("narrow it to users or to a rate, not to both")
        return self

    @property
    def loads(self) -> tuple[LoadLevel, ...]:
        """The load levels that it is narrowed to; none: it holds at all of them."""
        if self.users:
            return tuple(Users(users=users) for users in self.users)
        return tuple(ArrivalRate(rate=rate) for rate in self.rate)

    def means_load(self, load: LoadLevel | None) -> bool:
        """Tell whether it is about a load level."""
        return not self.loads or load in self.loads

    def means_stratum(self, stratum: Mapping[str, StratumValue]) -> bool:
        """Tell whether it is about a stratum, which has all conditions that it is narrowed to."""
        return all(
            any(is_same_value(stratum[name], value) for value in values)
            for name, values in self.stratum.items()
        )


def is_same_value(one: StratumValue, other: StratumValue) -> bool:
    """Tell whether two values of a condition are the same; 1, 1.0 and true are three.

    >>> is_same_value(1, 1), is_same_value(1, True), is_same_value(1, 1.0)
    (True, False, False)
    """
    return type(one) is type(other) and one == other
