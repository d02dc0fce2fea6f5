"""The book of streams: where what happens to them is noted."""

from __future__ import annotations

from time import perf_counter
from typing import Any, Protocol

from bench.load.http.outcomes import OK
from bench.load.http.reasons import reason_of
from bench.load.recording.recorder import OpenRequest, Recorder, Ticket
from bench.load.recording.streams import StreamTally
from bench.load.streams.faults import outcome_of_fault


class Handshake:
    """How the opening of a stream ended."""

    __slots__ = ("ended_s", "fault", "headers", "sent_s", "status")

    def __init__(
        self,
        status: int,
        headers: list[tuple[str, str]],
        fault: Exception | None,
        sent_s: float,
        ended_s: float,
    ) -> None:
        self.status = status
        """0, if no answer came."""
        self.headers = headers
        self.fault = fault
        """Why there is no stream; None, if there is one."""
        self.sent_s = sent_s
        self.ended_s = ended_s


class StreamBook(Protocol):
    """Who wants to know of streams."""

    tally: StreamTally

    def begin(self, ticket: Ticket | None) -> Any:
        """Note that a stream is being opened; what is returned has its `sent_s`."""

    def end(self, request: Any, handshake: Handshake) -> None:
        """Note whether it was opened."""

    def fail(self, fault: Exception) -> None:
        """Note that something went wrong on an open stream."""

    def reconnecting(self) -> None:
        """Note that a stream is opened anew after a failure."""


class StepBook:
    """The book of a step: handshakes and failures are requests, the rest is tallied."""

    __slots__ = ("_name", "_recorder", "tally")

    def __init__(self, recorder: Recorder, name: str) -> None:
        self.tally = recorder.streams.tally(name)
        self._recorder = recorder
        self._name = name

    def begin(self, ticket: Ticket | None) -> OpenRequest:
        """Note that a stream is being opened."""
        return self._recorder.begin("users", self._name, ticket)

    def end(self, request: OpenRequest, handshake: Handshake) -> None:
        """Note whether it was opened."""
        self._end(request, handshake.fault, handshake.ended_s)

    def fail(self, fault: Exception) -> None:
        """Note that something went wrong on an open stream, as a request that failed at once."""
        self._end(self._recorder.begin("users", self._name), fault, perf_counter())

    def reconnecting(self) -> None:
        """Note that a stream is opened anew after a failure."""
        self._recorder.reconnects += 1

    def _end(self, request: OpenRequest, fault: Exception | None, ended_s: float) -> None:
        if fault is None:
            self._recorder.end(request, OK, ended_s, 0)
        else:
            self._recorder.end(request, outcome_of_fault(fault), ended_s, 0, reason_of(fault))
