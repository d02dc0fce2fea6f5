"""Faults of streams: why one could not be opened, ended too soon, or brought what it must not."""

from __future__ import annotations

import errno

from bench.load.http.outcomes import outcome_of_exception


class StreamFault(Exception):  # noqa: N818 - it is an outcome, which is not always an error
    """Something that goes wrong with streams alone; `outcome` says it in a word."""

    def __init__(self, outcome: str, text: str) -> None:
        super().__init__(text)
        self.outcome = outcome


class HandshakeRefused(StreamFault):
    """The server answered with a status that opens no stream."""

    def __init__(self, status: int) -> None:
        super().__init__(f"http-{status}", f"status {status}")


class StreamClosed(StreamFault):
    """The server ended a stream that was to be held."""

    def __init__(self, text: str) -> None:
        super().__init__("stream-closed", text)


class StreamSilent(StreamFault):
    """A stream brought no event for too long."""

    def __init__(self, silence_s: float) -> None:
        super().__init__("stream-silent", f"no event for {silence_s:g} s")


class BadEvent(StreamFault):
    """An event lacks what is to be read from it, or has it from another clock."""

    def __init__(self, text: str) -> None:
        super().__init__("bad-event", text)


def cut_off(text: str) -> ConnectionResetError:
    """Return the error of a connection that the server closed before there was a stream."""
    return ConnectionResetError(errno.ECONNRESET, text)


def outcome_of_fault(fault: Exception) -> str:
    """Return the outcome of a stream that this happened to."""
    return fault.outcome if isinstance(fault, StreamFault) else outcome_of_exception(fault)
