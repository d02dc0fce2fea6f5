"""Figures: what of a run is to be drawn, and how; data of a suite file."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from bench.model.bound import Dimension, parse_bound
from bench.model.claim import ExperimentName
from bench.model.narrowing import Narrowing
from bench.model.record import Record
from bench.model.slices import Group
from bench.model.term import Term, parse_term

FigureName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
"""The names of its files, too."""

OVER_LOAD: Final = "load"
"""What lines are drawn over, where it is no condition."""


def _read_term(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    term = parse_term(given.strip(), given)
    if term is None:
        raise ValueError(f"{given!r} is no quantity: write p99, cpu, memory or observed(NAME)")
    if term.variant is not None:
        raise ValueError(f"{given!r} names a variant: name those that are drawn under `variants`")
    return term


def _as_tuple(given: Any) -> Any:
    return (given,) if isinstance(given, str | dict) else given


_QUANTITY_SCHEMA: Final[dict[str, Any]] = {"type": "string", "pattern": r"^\s*[a-z]"}
_Quantity = Annotated[Term, BeforeValidator(_read_term), WithJsonSchema(_QUANTITY_SCHEMA)]
_Quantities = Annotated[tuple[_Quantity, ...], BeforeValidator(_as_tuple)]
_Names = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
_Experiments = Annotated[tuple[ExperimentName, ...], BeforeValidator(_as_tuple)]


class Reference(Record):
    """A line beside what was measured, such as what somebody says that it is."""

    label: str = Field(min_length=1)
    at: str = Field(description='a number in the unit of the quantity, such as "2MB" or "100ms"')
    for_each_user: bool = Field(
        default=False, description="the number is for each user, or each request per second"
    )

    def value(self, dimension: Dimension) -> float:
        """Return the number in SI units.

        Raises:
            ValueError: it is none of that kind.
        """
        return parse_bound(dimension, self.at, self.at)


_References = Annotated[tuple[Reference, ...], BeforeValidator(_as_tuple)]


class _Figure(Record):
    title: str = Field(min_length=1)
    alt: str = Field(min_length=1, description="what it shows, in words, for who doesn't see it")


class _OfExperiment(_Figure, Narrowing):
    experiment: ExperimentName
    variants: _Names = Field((), description="only these, in this order; default: all")


class LinesFigure(_OfExperiment):
    """A quantity over load, or over a condition; a line for each variant."""

    kind: Literal["lines"]
    quantities: _Quantities = Field(min_length=1, description="of one kind: times, for example")
    over: str = Field(OVER_LOAD, description='"load", or the name of a condition')
    references: _References = ()

    @model_validator(mode="after")
    def _has_one_axis(self) -> LinesFigure:
        _check_axis(self.quantities, self.references)
        if any(term.sloped for term in self.quantities):
            raise ValueError("a slope is over the whole ladder: bars can show it, lines can't")
        return self


class BarsFigure(_OfExperiment):
    """A quantity for each variant."""

    kind: Literal["bars"]
    quantity: _Quantity
    references: _References = ()

    @model_validator(mode="after")
    def _has_one_axis(self) -> BarsFigure:
        _check_axis((self.quantity,), self.references)
        return self


class SpectrumFigure(_OfExperiment):
    """Response time over percentile, as HDR histograms are drawn; a line for each variant."""

    kind: Literal["spectrum"]


class TradeOffFigure(_OfExperiment):
    """Throughput against a response time, level by level, with the knee."""

    kind: Literal["trade-off"]
    quantity: _Quantity = Term(variant=None, quantity="p99")

    @model_validator(mode="after")
    def _is_a_time(self) -> TradeOffFigure:
        if self.quantity.dimension != "time" or self.quantity.sloped:
            raise ValueError(f"a trade-off is between throughput and a time, not {self.quantity}")
        return self


class TimelineFigure(_OfExperiment):
    """Response times second by second, of the first valid trial of each variant."""

    kind: Literal["timeline"]
    group: Group = Field("bystander", description="whose requests")


class MatrixFigure(_OfExperiment):
    """The ratio to the baseline for each variant and each value of a condition."""

    kind: Literal["matrix"]
    quantity: _Quantity
    columns: str = Field(description="the name of the condition")


class ForestFigure(_Figure, Narrowing):
    """Ratios to the baseline with their intervals, one below the other."""

    kind: Literal["forest"]
    experiments: _Experiments = Field((), description="only these; default: all of the run")
    quantities: _Quantities = Field((), description="only these; default: all")
    least_pairs: int = Field(1, ge=1, description="only ratios of so many pairs of trials or more")


class VerdictsFigure(_Figure):
    """The claims of the suite with their verdicts."""

    kind: Literal["verdicts"]


Figure = Annotated[
    LinesFigure
    | BarsFigure
    | SpectrumFigure
    | TradeOffFigure
    | TimelineFigure
    | MatrixFigure
    | ForestFigure
    | VerdictsFigure,
    Field(discriminator="kind"),
]


def _check_axis(quantities: tuple[Term, ...], references: tuple[Reference, ...]) -> None:
    kinds = {term.dimension for term in quantities}
    if len(kinds) > 1:
        names = " and ".join(map(str, quantities))
        raise ValueError(f"{names} are of different kinds, and can't share an axis")
    for reference in references:
        reference.value(next(iter(kinds)))
