"""Comparisons: a ratio candidate / baseline with all that it takes to believe it."""

from __future__ import annotations

from bench.model.arm import Mode
from bench.model.experiment import StratumValue
from bench.model.load_level import LoadLevel
from bench.model.record import Record


class Comparison(Record):
    """An estimate of a ratio; without an interval where there is but one pair of trials.

    `low` and `high` bound the ratio of geometric means with the confidence `level`.
    """

    experiment: str
    stratum: dict[str, StratumValue]
    mode: Mode = "solo"
    """Of a duet, whether its arms were loaded at the same time."""
    load: LoadLevel | None
    """None where the load level is what is compared: the knee."""
    quantity: str
    candidate: str
    baseline: str
    ratio: float | None
    low: float | None
    high: float | None
    level: float
    sign_flip_p: float | None
    """Two-sided p of the exact sign-flip test, which assumes symmetry and no normal distribution.

    None where there is no interval, or where there are too many pairs to count all patterns.
    """
    n: int
    """Pairs of trials."""
    method: str
    trials: tuple[int, ...]
    dropped: int
    """Pairs left out because a step of theirs was invalid."""
    valid: bool
    because: str
    """Why there is no ratio, no interval, or no validity; empty where nothing is missing."""


class ComparisonDocument(Record):
    """The one JSON document that `bench compare --format json` prints."""

    schema_version: int
    comparisons: tuple[Comparison, ...]
