"""What the generator spools each second: `slices.jsonl`, whose lines add up.

Lines with the same key are parts of one sum: a request is counted in the slice in which it was sent
(open model: meant to be sent), a completion in the slice in which it ended, and either may reach
the file seconds later. Times are seconds on the machine's monotonic clock; histograms are HDR, V2
compressed, base64, in microseconds, three significant digits.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bench.model.record import Record

Phase = Literal["warm-up", "window", "drain"]
Group = Literal["users", "bystander"]


class RequestSlice(Record):
    """Requests of one name and outcome in one second."""

    type: Literal["requests"] = "requests"
    step: int
    phase: Phase
    slice: int
    """Whole seconds since the step's start."""
    arm: str | None = None
    group: Group
    name: str
    outcome: str
    """`ok`, `http-503`, `timeout`, `connection-reset`, `check-failed`, ..."""
    requests: int
    """Requests that belong to this slice by their (intended) send, and have ended."""
    completed: int
    """Requests that ended in this slice, whenever they were sent."""
    bytes_received: int
    response_us: str | None
    """Histogram of response time of the requests that belong here; None where there are none."""
    service_us: str | None
    """Histogram of service time; None in the closed model, where it is the response time."""


class GeneratorSlice(Record):
    """What the generator saw of itself in one second."""

    type: Literal["generator"] = "generator"
    step: int
    phase: Phase
    slice: int
    loop_lag_us: str | None
    """Histogram of how late a 10 ms timer of its event loop fired."""
    cpu_s: float
    core_wait_s: float | None
    """How long its thread was runnable and had no core; None where the system doesn't tell."""
    in_flight: int
    scheduled: int
    """Requests that were meant to be sent (open model), all groups."""
    late: int
    """Sent more than 10 ms after they were meant to be."""
    dropped: int
    """Never sent: the most requests allowed were in flight."""
    think_s: float
    """Time that users spent thinking, summed over users."""
    reconnects: int = 0


class CensoredRequests(Record):
    """Requests of a window that were still open when the step's deadline passed."""

    type: Literal["censored"] = "censored"
    step: int
    arm: str | None = None
    group: Group
    name: str
    count: int
    age_us: str
    """Histogram of how long they had been open."""


SliceLine = Annotated[RequestSlice | GeneratorSlice | CensoredRequests, Field(discriminator="type")]
