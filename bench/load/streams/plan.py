"""The plan of a stream: what is opened, what is sent on it, and what is read from its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Self, get_args

from bench.load.streams.fields import parse_field

Protocol = Literal["websocket", "sse"]
Clock = Literal["monotonic", "wall"]

_OURS: Final = frozenset(
    {
        "connection",
        "content-length",
        "last-event-id",
        "sec-websocket-extensions",
        "sec-websocket-key",
        "sec-websocket-version",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that the protocols themselves need as they are."""


@dataclass(frozen=True, slots=True)
class StreamPlan:
    """What each user opens and holds; durations are in seconds."""

    protocol: Protocol
    path: str
    name: str
    headers: Mapping[str, str] = field(default_factory=dict)
    send: str | bytes | None = None
    send_every_s: float | None = None
    compression: bool = False
    hold_s: float | None = None
    sequence: str | None = None
    stamp: str | None = None
    clock: Clock = "monotonic"
    silence_s: float | None = None

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Self:
        """Read what an experiment file says under `[stream]`.

        Raises:
            ValueError: something in it can't be; the message names the field and the value.
        """
        rest = dict(fields)
        protocol, path = rest.pop("protocol", None), rest.pop("path", None)
        plan = cls(
            protocol=protocol,
            path=path,
            name=rest.pop("name", None) or f"{protocol} {path}",
            headers=rest.pop("headers", None) or {},
            send=rest.pop("send", None),
            send_every_s=rest.pop("send_every", None),
            compression=rest.pop("compression", None) or False,
            hold_s=rest.pop("hold", None),
            sequence=rest.pop("sequence", None),
            stamp=rest.pop("stamp", None),
            clock=rest.pop("clock", None) or "monotonic",
            silence_s=rest.pop("silence", None),
        )
        if rest:
            raise ValueError(f"a stream has no {' and no '.join(sorted(rest))}")
        plan._check()
        return plan

    def _check(self) -> None:
        if self.protocol not in get_args(Protocol):
            raise ValueError(f"protocol is websocket or sse, not {self.protocol!r}")
        if not isinstance(self.path, str) or not self.path.startswith("/"):
            raise ValueError(f"path starts with a slash, not {self.path!r}")
        if self.clock not in get_args(Clock):
            raise ValueError(f"clock is monotonic or wall, not {self.clock!r}")
        for name in ("send_every_s", "hold_s", "silence_s"):
            _check_duration(name.removesuffix("_s"), getattr(self, name))
        for place in (self.sequence, self.stamp):
            if place is not None:
                parse_field(place)
        self._check_sending()
        _check_headers(self.headers)

    def _check_sending(self) -> None:
        if self.compression not in (True, False):
            raise ValueError(f"compression is true or false, not {self.compression!r}")
        if self.protocol == "sse" and self.compression:
            raise ValueError("compression is for a websocket")
        if self.protocol == "sse" and self.send is not None:
            raise ValueError("send is for a websocket; sse only listens")
        if self.send is not None and not isinstance(self.send, str | bytes):
            raise ValueError(f"send is text or bytes, not {self.send!r}")
        if self.send_every_s is not None and self.send is None:
            raise ValueError("send_every needs send")


def _check_duration(name: str, seconds: object) -> None:
    if seconds is None:
        return
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds > 0:
        raise ValueError(f"{name} is a number of seconds above 0, not {seconds!r}")


def _check_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        line = f"{name}: {value}"
        if not name or ":" in name or not line.isprintable() or not line.isascii():
            raise ValueError(f"{line!r} is no header")
        if name.lower() in _OURS:
            raise ValueError(f"the header {name} belongs to the protocol, and can't be given")
