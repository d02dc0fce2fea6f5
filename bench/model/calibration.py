"""Calibrations: what a machine's generator can do."""

from __future__ import annotations

from bench.model.record import Record


class Throughput(Record):
    """Requests per second of one way to send them, over several rounds."""

    median_per_s: float
    low_per_s: float
    high_per_s: float
    rounds: int


class Calibration(Record):
    """The generator measured against a server that costs next to nothing, or one that was named.

    Response times are those of declared flows.
    """

    measured_at: str
    """UTC, ISO 8601."""
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
    noise_ratio: float | None
    """Standard deviation of the logarithm of the throughput from round to round."""
    bytes_per_user: float | None
    """Resident memory that each further user costs the generator."""
    users_per_process: int | None
    """How many users the limits of this system let one generator process hold."""
    shared_core: bool
    """Whether generator and server had to share one core, which halves what can be seen."""
