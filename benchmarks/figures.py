"""What a tool says of its own run."""

from __future__ import annotations

from bench.model.record import Record


class Figures(Record):
    """A tool's own figures, over whatever part of its run it counts."""

    requests: int
    per_s: float
    errors: int
    p50_s: float | None
    p99_s: float | None
