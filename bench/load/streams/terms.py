"""The terms of a stream: all that the streams of one plan and one target have in common."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import isfinite
from typing import Any, Final
from urllib.parse import quote, urlsplit

from websockets.uri import parse_uri

from bench.load.http.endpoint import Endpoint
from bench.load.http.outcomes import FirstByteTimeoutError
from bench.load.streams.faults import BadEvent
from bench.load.streams.fields import Field, parse_field
from bench.load.streams.plan import StreamPlan
from bench.load.streams.sse_talk import SseTalk
from bench.load.streams.talk import Talk
from bench.load.streams.websocket_talk import WebSocketTalk

_LEGAL_IN_TARGET: Final = "/%?:@&=+$,;!~*'()[]-._"
_MOST_AHEAD_S: Final = 0.010
"""Clocks that agree may differ by their resolution."""

_LONGEST_DELAY_S: Final = 3600.0
"""Histograms end here; a stamp that is older is of another clock."""


class StreamTerms:
    """What is sent to open a stream, and how its events are read.

    Args:
        host: the target, `http://host:port`.

    Raises:
        ValueError: the target is of another kind, or a field can't be read.
    """

    __slots__ = ("endpoint", "plan", "read_number", "read_stamp", "start_talk")

    def __init__(self, plan: StreamPlan, host: str, endpoint: Endpoint) -> None:
        self.plan = plan
        self.endpoint = endpoint
        self.read_number = None if plan.sequence is None else _number_reader(plan.sequence)
        self.read_stamp = None if plan.stamp is None else _stamp_reader(plan.stamp)
        self.start_talk = _talk_starter(plan, host)

    @property
    def connect_limit_s(self) -> float:
        """How long connecting may take."""
        limit_s = self.endpoint.connect_timeout_s
        return self.endpoint.timeout_s if limit_s is None else limit_s

    def answer_limit_s(self, waited_s: float) -> float:
        """Return how long the handshake's answer may take from now on.

        Args:
            waited_s: since the connection began to be opened.
        """
        limit_s = self.endpoint.first_byte_timeout_s
        rest_s = max(self.endpoint.timeout_s - waited_s, 0.0)
        return rest_s if limit_s is None else min(limit_s, rest_s)

    def overdue_answer(self, waited_s: float) -> TimeoutError:
        """Return what it means that the answer has not come."""
        limit_s = self.endpoint.first_byte_timeout_s
        if limit_s is None or waited_s >= self.endpoint.timeout_s:
            return TimeoutError(f"the stream was not open after {self.endpoint.timeout_s:g} s")
        return FirstByteTimeoutError(f"the handshake was not answered in {limit_s:g} s")

    def delay_of(self, stamp_s: float, received_s: float) -> float:
        """Return how long after its stamp an event was received.

        Raises:
            BadEvent: that can't be, so that the stamp is of another clock.
        """
        delay_s = received_s - stamp_s
        if self.plan.clock == "wall":
            delay_s += time.time() - time.perf_counter()
        if -_MOST_AHEAD_S <= delay_s <= _LONGEST_DELAY_S:
            return delay_s
        when = f"{-delay_s:.6g} s ahead of" if delay_s < 0 else f"{delay_s:.6g} s behind"
        raise BadEvent(f"the stamp is {when} the {self.plan.clock} clock; is it of another one?")


def _number_reader(place: str) -> Callable[[Any], int]:
    field = parse_field(place)

    def read(found: Any) -> int:
        number = _find(field, found, place)
        if type(number) is not int:
            raise BadEvent(f"the event's {place} is no whole number")
        return number

    return read


def _stamp_reader(place: str) -> Callable[[Any], float]:
    field = parse_field(place)

    def read(found: Any) -> float:
        stamp = _find(field, found, place)
        if type(stamp) not in (int, float) or not isfinite(stamp):
            raise BadEvent(f"the event's {place} is no time in seconds")
        return float(stamp)

    return read


def _find(field: Field, found: Any, place: str) -> Any:
    try:
        return field(found)
    except (LookupError, TypeError):
        raise BadEvent(f"the event has no {place}") from None


def _talk_starter(plan: StreamPlan, host: str) -> Callable[[str], Talk]:
    """Return what starts the talk of a new connection, given the last event ID."""
    parts = urlsplit(host)
    if parts.scheme != "http":
        raise ValueError(f"streams are opened at http://host:port, not {host!r}; they speak no TLS")
    authority = parts.netloc.rpartition("@")[2]
    target = quote(plan.path.partition("#")[0], safe=_LEGAL_IN_TARGET)
    if plan.protocol == "websocket":
        uri = parse_uri(f"ws://{authority}{target}")
        return lambda _: WebSocketTalk(uri, plan.headers, compression=plan.compression)
    request = _sse_request(authority, target, plan)
    return lambda last_event_id: SseTalk(request, last_event_id)


def _sse_request(authority: str, target: str, plan: StreamPlan) -> bytes:
    headers = {
        "host": ("Host", authority),
        "user-agent": ("User-Agent", "pairbench"),
        "accept": ("Accept", "text/event-stream"),
        "cache-control": ("Cache-Control", "no-cache"),
    } | {name.lower(): (name, value) for name, value in plan.headers.items()}
    lines = (f"{name}: {value}\r\n" for name, value in headers.values())
    return f"GET {target} HTTP/1.1\r\n{''.join(lines)}".encode("latin-1")
