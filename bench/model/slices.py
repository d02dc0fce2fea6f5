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
    worker: int | None = None
    """Which of several generator processes; None where there is but one."""
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
    worker: int | None = None
    loop_lag_us: str | None
    """Histogram of how late a 10 ms timer of its event loop fired."""
    cpu_s: float
    core_wait_s: float | None
    """How long its thread was runnable and had no core; None where the system doesn't tell."""
    in_flight: int
    think_s: float
    """Time that users spent thinking, summed over users."""
    reconnects: int = 0


class CensoredRequests(Record):
    """Requests of a window that were still open when the step's deadline passed."""

    type: Literal["censored"] = "censored"
    step: int
    worker: int | None = None
    group: Group
    name: str
    count: int
    age_us: str
    """Histogram of how long they had been open."""


class ScheduleSlice(Record):
    """What a schedule asked for in one second, and what of it came too late or not at all."""

    type: Literal["schedule"] = "schedule"
    step: int
    phase: Phase
    slice: int
    worker: int | None = None
    group: Group
    scheduled: int
    """Requests (of users: tasks) that were meant to begin."""
    late: int
    """Sent more than 10 ms after they were meant to be."""
    dropped: int
    """Never sent: as many as may be were in flight."""


class FailureText(Record):
    """Why requests failed, in words: at most a few different texts for each step and name."""

    type: Literal["failure"] = "failure"
    step: int
    phase: Phase
    slice: int
    worker: int | None = None
    group: Group
    name: str
    outcome: str
    text: str
    count: int


class StreamSlice(Record):
    """What open streams (WebSocket, server-sent events) brought in one second.

    Events belong to the second in which they were received.
    """

    type: Literal["stream"] = "stream"
    step: int
    phase: Phase
    slice: int
    worker: int | None = None
    name: str
    events: int
    lost: int
    """Numbers of the sequence that were passed over and have not come since."""
    duplicated: int
    reordered: int
    """Events that came after one of a higher number."""
    open: int
    """Streams open at the end of the second; lines of one second and name add up."""
    first_event_us: str | None
    """Histogram of the time from the start of the connection to the first event."""
    gap_us: str | None
    """Histogram of the time between two events of a stream."""
    delivery_us: str | None
    """Histogram of the time from the server's stamp to the receipt."""


SliceLine = Annotated[
    RequestSlice | GeneratorSlice | ScheduleSlice | CensoredRequests | FailureText | StreamSlice,
    Field(discriminator="type"),
]
