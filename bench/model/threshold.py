"""Thresholds: checks with the places that they hold for, and what was found there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from bench.model.check import Check, Operator, parse_check
from bench.model.load_level import LoadLevel
from bench.model.narrowing import Narrowing, StratumValue, is_same_value
from bench.model.record import Record
from bench.model.term import CheckedQuantity

NAMELESS: Final[frozenset[CheckedQuantity]] = frozenset(
    {
        *("cpu", "cores", "memory", "rss", "uss", "virtual", "threads", "fds", "switches"),
        *("loop_lag", "bystander"),
    }
)
"""What can't be told apart by request name."""


class Threshold(Narrowing):
    """A check, and the load levels, request and strata that it is narrowed to."""

    check: Annotated[
        Check,
        BeforeValidator(parse_check),
        WithJsonSchema(
            {"type": "string", "pattern": r"^\s*[A-Za-z0-9_.() -]+\s*([<>]=?|within\s)\s*\S"}
        ),
    ] = Field(
        description='such as "p99 < 250ms", "loop.memory <= 200MiB" or '
        '"loop.throughput > 2 * threads.throughput"'
    )
    name: str | None = Field(
        None, description="only requests of this name; default: all of the users' together"
    )

    @model_validator(mode="after")
    def _can_be_looked_up(self) -> Threshold:
        whole = [term.quantity for term in self.check.terms if term.quantity in NAMELESS]
        if self.name is not None and whole:
            raise ValueError(
                f"{whole[0]} is of all requests together: {str(self.check)!r} can't have a name"
            )
        return self


def _from_text(given: Any) -> Any:
    return {"check": given} if isinstance(given, str) else given


WrittenThreshold = Annotated[
    Threshold, BeforeValidator(_from_text, json_schema_input_type=str | Threshold)
]
"""A threshold as files have it: its check alone, or a table."""


def find_misfits(
    threshold: Threshold,
    *,
    variants: Sequence[str],
    strata: Mapping[str, Sequence[StratumValue]],
    model: Literal["users", "rate", "search"],
) -> Iterator[str]:
    """Say what a threshold names that its experiment doesn't have.

    Args:
        threshold: the threshold.
        variants: names of the experiment's variants.
        strata: its conditions, with all values that they can have.
        model: which of these `load` has.
    """
    written = repr(str(threshold.check))
    if model == "search":
        yield f"{written} would hold at the levels of a ladder, and load has a search"
    elif threshold.loads and not getattr(threshold, model):
        other = "rate" if model == "users" else "users"
        yield f"{written} is narrowed to {other}, and load has {model}"
    for term in threshold.check.terms:
        if term.variant is not None and term.variant not in variants:
            near = _suggest(term.variant, variants)
            yield f"{written} is about {term.variant!r}, and no variant is{near}"
    for name, values in threshold.stratum.items():
        known = strata.get(name)
        if known is None:
            near = _suggest(name, strata)
            yield f"{written} is narrowed by {name!r}, and no stratum has that{near}"
        elif unknown := [value for value in values if not _is_among(value, known)]:
            yield f"{written}: {name} is never {unknown[0]!r} in the strata"


def is_written(given: Any) -> bool:
    """Tell a threshold that a file has from one that was read before."""
    return isinstance(given, str) or (isinstance(given, dict) and isinstance(given["check"], str))


def _is_among(value: StratumValue, known: Sequence[StratumValue]) -> bool:
    return any(is_same_value(value, each) for each in known)


def _suggest(name: str, known: Sequence[str] | Mapping[str, Any]) -> str:
    near = get_close_matches(name, known, n=2, cutoff=0.5)
    if near:
        return f"; did you mean {' or '.join(near)}?"
    return f"; there are: {', '.join(known) or 'none'}"


class Finding(StrEnum):
    """What was found of a threshold."""

    HELD = "held"
    CROSSED = "crossed"
    INCONCLUSIVE = "inconclusive"
    NOT_MEASURED = "not-measured"


class ThresholdVerdict(Record):
    """What was found of one threshold in one place: variant, stratum and load level.

    `value`, `low` and `high` are of the quantity, or with `against` of its ratio to that; `bound`
    is the number that they are held against, in the same unit.
    """

    experiment: str
    threshold: str
    """As it was written."""
    stratum: dict[str, StratumValue]
    load: LoadLevel | None
    """None for a slope, which is over the whole ladder, and where nothing was planned for it."""
    name: str | None
    """Request name; None for all requests of the users together."""
    variant: str | None
    """None where nothing was planned that the threshold could hold for."""
    quantity: str
    against: str | None
    """`VARIANT.QUANTITY` that the bound is a multiple of; None: the bound is a number."""
    operator: Operator
    bound: float
    tolerance: float | None = None
    """Of the operator `within`: how far from the bound, as a share of it."""
    unit: str
    """Of value, interval and bound: `s`, `bytes`, `1/s`, or nothing for counts and ratios.

    That of an observation is the one that it was told in.
    """
    value: float | None
    """Geometric mean over the trials; arithmetic of differences, slopes and observations.

    Of an error ratio that of all requests together.
    """
    low: float | None
    """None without an interval, and where censored requests leave it open below."""
    high: float | None
    """None without an interval, and where censored requests leave it open above."""
    level: float
    n: int
    """Trials, or pairs of them, that it stands on."""
    method: str
    trials: tuple[int, ...]
    dropped: int
    """Trials, or pairs of them, that were left out since a step of theirs was invalid."""
    verdict: Finding
    because: str
    """Why it was not held; empty where it was."""
