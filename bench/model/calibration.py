"""Calibrations: what a machine's generator can do."""

from __future__ import annotations

from typing import Literal

from bench.model.caution import Caution
from bench.model.record import Record

CalibrationPart = Literal["flows", "tasks", "idle-users"]
"""The experiments of a calibration: two ways to send, and users who only hold connections."""


class CalibrationOrder(Record):
    """What a calibration is to measure."""

    path: str
    """Of every request, with its query."""
    users: int
    window_s: float
    rounds: int
    idle_users: tuple[int, int] | None
    """Two numbers of users who hold connections and think; None: memory is not measured."""
    seed: int
    allow_remote: bool = False


class Throughput(Record):
    """Requests per second of one way to send them, over several rounds."""

    median_per_s: float
    low_per_s: float
    high_per_s: float
    rounds: int


class Calibration(Record):
    """The generator measured against a server that costs next to nothing, or one that was named.

    Response times are those of declared flows, all rounds together.
    """

    measured_at: str
    """UTC, ISO 8601."""
    pairbench: str
    """The version that was measured."""
    fingerprint: str
    url: str | None
    """The server that was named; None: our own null target."""
    users: int
    window_s: float
    flow: Throughput
    """Declared flows."""
    task: Throughput
    """Tasks in Python."""
    p50_s: float
    p99_s: float
    floor_p50_s: float | None
    """Response time of a single user: what the machine and the generator add to every request."""
    floor_p99_s: float | None
    generator_cpu_ratio: float
    """CPU seconds of the generator per second while it sent flows: 1 is one core."""
    target_cpu_ratio: float | None
    """The same of the null target; None where the server is none of our processes."""
    generator_limited: bool
    """Whether the generator had used up its core: if not, it can do more than was measured."""
    noise_ratio: float | None
    """Standard deviation of the logarithm of the flows' throughput from round to round."""
    bytes_per_user: float | None
    """Resident memory that each further user costs the generator."""
    users_per_process: int | None
    """How many users the limits of this system let one generator process hold."""
    shared_core: bool
    """Whether generator and server had to share one core, which halves what can be seen."""
    cautions: tuple[Caution, ...] = ()
    """Doubts about its measurements, one of each code."""
