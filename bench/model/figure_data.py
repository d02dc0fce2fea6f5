"""The data of figures: rows as they are drawn, and as they are written to CSV."""

from __future__ import annotations

from bench.model.claim import ClaimFinding
from bench.model.experiment import StratumValue
from bench.model.figure import Figure
from bench.model.load_level import LoadLevel
from bench.model.record import Record


class Point(Record):
    """A quantity of a variant in a stratum at a load level, over trials."""

    variant: str
    stratum: dict[str, StratumValue]
    load: LoadLevel | None
    """None for a slope, which is over the whole ladder."""
    quantity: str
    unit: str
    """`s`, `bytes`, `1/s`, or nothing for counts and ratios; of an observation as it was told."""
    value: float
    """Geometric mean over trials; the arithmetic one where a number is 0 or below."""
    low: float | None
    """The interval's; None of one trial, and where nothing is known on that side."""
    high: float | None
    n: int
    """Trials."""
    at_least: bool
    """Whether requests without an answer could lift it."""


class SpectrumPoint(Record):
    """A percentile of response times, of all valid trials together."""

    variant: str
    stratum: dict[str, StratumValue]
    load: LoadLevel
    quantile: float
    """From 0 to below 1."""
    response_s: float
    requests: int
    n: int


class Moment(Record):
    """One second of a trial, by when its requests were sent or meant to be."""

    variant: str
    stratum: dict[str, StratumValue]
    load: LoadLevel
    trial: int
    at_s: float
    """Since the step began."""
    in_window: bool
    requests: int
    p50_s: float
    max_s: float


class KneeMark(Record):
    """The highest rate that held, as geometric mean over trials."""

    variant: str
    stratum: dict[str, StratumValue]
    rate_per_s: float
    low_per_s: float | None
    high_per_s: float | None
    n: int


class RatioPoint(Record):
    """A comparison as it is drawn: candidate / baseline with its interval."""

    experiment: str
    stratum: dict[str, StratumValue]
    load: LoadLevel | None
    quantity: str
    candidate: str
    baseline: str
    ratio: float
    low: float | None
    high: float | None
    n: int


class VerdictPoint(Record):
    """A claim as it is drawn."""

    id: str
    says: str
    verdict: ClaimFinding
    because: str


FigureRow = Point | SpectrumPoint | Moment | KneeMark | RatioPoint | VerdictPoint


class FigureData(Record):
    """A figure with all that is drawn of it, and what its caption tells."""

    name: str
    figure: Figure
    run_ids: tuple[str, ...]
    """Of the runs that it is from."""
    rows: tuple[FigureRow, ...]
    fewest: int
    """Trials, or pairs of trials, that a row stands on: between these two; 0 where it is none."""
    most: int
    level: float
    """The confidence level of the intervals."""
    left_out: int
    """Steps that were left out since no trial of them was valid, or had the quantity."""
