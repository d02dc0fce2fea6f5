"""Step rows: the numbers of one step for one request name, or for all of them together."""

from __future__ import annotations

from typing import Literal

from bench.model.arm import Arm, Mode
from bench.model.caution import CautionCode
from bench.model.experiment import StratumValue
from bench.model.load_level import LoadLevel
from bench.model.record import Record


class ObservedQuantity(Record):
    """What a target reported of itself during a window, or what its open streams brought."""

    unit: str
    n: int
    median: float
    p99: float
    max: float


class Failure(Record):
    """Why requests failed, in words, and how many did so; texts beyond the first few are untold."""

    outcome: str
    text: str
    count: int


class StepRow(Record):
    """The numbers of a step's window; what doesn't exist is None, never 0.

    Response times are those of successful requests; errors are counted apart. `cpu_s_per_request`
    and `context_switches_per_request` divide by the users' completions, failed ones included; where
    streams are open, by these and the events that came.
    """

    trial: int
    experiment: str
    variant: str
    arm: Arm | None
    repetition: int
    stratum: dict[str, StratumValue]
    mode: Mode
    load: LoadLevel
    valid: bool
    cautions: tuple[CautionCode, ...]
    window_s: float | None
    """None without a window: the level was skipped, or the target died before it closed."""
    name: str | None
    """Request name; None for all requests of the users together."""
    group: Literal["users", "bystander"]
    requests: int | None
    """Requests that belong to the window and have ended, failed ones included."""
    throughput_per_s: float | None
    """Successful responses that ended inside the window, per second."""
    error_ratio: float | None
    errors: dict[str, int]
    """Failed requests by outcome."""
    failures: tuple[Failure, ...] = ()
    """The texts that came with them, the most frequent first."""
    censored: int | None
    late: int | None
    """Requests (of users: tasks) that were sent late, and never; of this row's group alone."""
    dropped: int | None
    p50_s: float | None
    p90_s: float | None
    p95_s: float | None
    p99_s: float | None
    p999_s: float | None
    max_s: float | None
    at_least: tuple[str, ...]
    """Fields of this row that are lower bounds, since censored requests could reach them.

    Any of `p50_s` to `max_s`, the service times' percentiles, and the bystanders' by their own
    censored requests. A field that is None stands here too where all that it could be taken from
    was censored.
    """
    thin: tuple[str, ...] = ()
    """Percentiles of this row that are the longest time of all, as too few requests were seen."""
    mean_s: float | None
    service_p50_s: float | None
    service_p99_s: float | None
    cpu_s_per_request: float | None
    rss_bytes: int | None
    rss_peak_bytes: int | None
    pss_bytes: int | None
    uss_bytes: int | None
    vms_bytes: int | None = None
    """Address space, which costs nothing by itself."""
    threads: int | None
    threads_peak: int | None
    fds: int | None
    context_switches_per_request: float | None
    target_cpu_ratio: float | None
    """Target CPU seconds per second of window: 1 is one core."""
    generator_cpu_ratio: float | None
    """Where several processes generated the load, that of the busiest one."""
    services_cpu_ratio: float | None
    loop_lag_p99_s: float | None
    bystander_p50_s: float | None
    bystander_p99_s: float | None
    observations: dict[str, ObservedQuantity]
