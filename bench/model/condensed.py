"""Condensed rows: one line of a table, the trials of one step and variant taken together."""

from __future__ import annotations

from typing import Literal

from bench.model.arm import Arm, Mode
from bench.model.caution import CautionCode
from bench.model.experiment import StratumValue
from bench.model.load_level import LoadLevel
from bench.model.record import Record
from bench.model.summary import Failure


class Spread(Record):
    """The median of one quantity over trials, and how far the trials lie apart."""

    median: float
    low: float
    high: float
    at_least: bool = False
    """True where a trial could only say "at least" of this very quantity."""
    thin: bool = False
    """True where a trial had too few requests for this percentile, and it is their maximum."""


class CondensedStreams(Record):
    """The streams of one line: medians over trials, and events that went wrong, added up."""

    open: Spread | None
    """Of the medians over each trial's window."""
    events_per_s: Spread | None
    connect_p50_s: Spread | None
    first_event_p50_s: Spread | None
    first_event_p99_s: Spread | None
    gap_p50_s: Spread | None
    gap_p99_s: Spread | None
    delivery_p50_s: Spread | None
    delivery_p99_s: Spread | None
    lost: int
    duplicated: int
    reordered: int


class CondensedRow(Record):
    """The trials of one variant at one load level in one stratum, as medians over the valid ones.

    Where no trial is valid, the numbers are those of the trials that don't count, and `valid` is
    False. They describe; what compares variants is a comparison, which pairs trials.
    """

    experiment: str
    variant: str
    arm: Arm | None
    stratum: dict[str, StratumValue]
    mode: Mode
    load: LoadLevel
    name: str | None
    group: Literal["users", "bystander"]
    valid: bool
    """Whether the numbers come from valid trials."""
    trials: tuple[int, ...]
    """All trials, the invalid ones included."""
    invalid: tuple[int, ...]
    cautions: tuple[CautionCode, ...]
    """Every caution that any of the trials is under."""
    requests: int | None
    """Summed over the trials whose numbers these are, as are `errors` and `error_ratio`."""
    errors: dict[str, int]
    failures: tuple[Failure, ...] = ()
    """Added up like `errors`, the most frequent first."""
    censored: int | None = None
    """Added up, as are `late` and `dropped`."""
    late: int | None = None
    dropped: int | None = None
    error_ratio: float | None
    throughput_per_s: Spread | None
    p50_s: Spread | None
    p90_s: Spread | None
    p95_s: Spread | None
    p99_s: Spread | None
    p999_s: Spread | None
    max_s: Spread | None
    service_p50_s: Spread | None
    service_p99_s: Spread | None
    cpu_s_per_request: Spread | None
    memory: Literal["PSS", "RSS"] | None
    """What `memory_bytes` is: PSS where every trial has it, else RSS."""
    memory_bytes: Spread | None
    threads: Spread | None
    loop_lag_p99_s: Spread | None
    bystander_p99_s: Spread | None
    streams: CondensedStreams | None = None
    """None where no stream was open."""
