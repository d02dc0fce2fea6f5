"""Users that open and hold streams, for scenarios in Python.

from bench.load.streams.users import WebSocketUser

class Watcher(WebSocketUser):
    path = "/prices"
    send = '{"subscribe": "all"}'
    sequence = "$.n"
    stamp = "$.sent"

    def on_event(self, event):
        assert event.json()["price"] > 0
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, ClassVar

import gevent
import locust

from bench.load.failure import DriverFailure
from bench.load.http.endpoint import Endpoint
from bench.load.parked_users import ParkedUser
from bench.load.recording.recorder import Ticket
from bench.load.streams.book import StepBook
from bench.load.streams.events import Event
from bench.load.streams.plan import Clock, Protocol, StreamPlan
from bench.load.streams.stream import Stream
from bench.load.streams.terms import StreamTerms


class StreamUser(ParkedUser):
    """A user that holds one stream; durations are in seconds.

    See `docs/how-to/streams.md` for what the attributes mean.
    """

    abstract = True

    protocol: ClassVar[Protocol]
    path: ClassVar[str] = "/"
    name: ClassVar[str | None] = None
    headers: ClassVar[Mapping[str, str]] = {}
    hold: ClassVar[float | None] = None
    sequence: ClassVar[str | None] = None
    stamp: ClassVar[str | None] = None
    clock: ClassVar[Clock] = "monotonic"
    silence: ClassVar[float | None] = None

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self._stream: Stream | None = None
        self._thinking: Any = None
        self._is_leaving = False

    @classmethod
    def declared_plan(cls) -> StreamPlan:
        """Return what the class declares.

        Raises:
            ValueError: something of it can't be.
        """
        names = (
            *("protocol", "path", "name", "headers", "send", "send_every", "compression"),
            *("hold", "sequence", "stamp", "clock", "silence"),
        )
        return StreamPlan.read({name: getattr(cls, name, None) for name in names})

    def on_event(self, event: Event) -> None:
        """Look at an event; what this raises is noted as a failed check, and the stream goes on.

        It must not block.
        """

    # --- what the stage and Locust's runner do with parked users ---

    def connect(self, then: Callable[[], None]) -> None:
        """Connect nothing ahead: connecting is what is measured."""
        then()

    def begin(self, ticket: Ticket | None = None) -> None:
        """Open the stream; with a ticket, hold it once and no more."""
        if self._is_leaving:
            return
        self._forget_thinking()
        terms = terms_for(type(self), self.environment)
        self._stream = Stream(
            terms,
            StepBook(self.host_stage.recorder, terms.plan.name),
            on_over=self._on_over,
            on_event=self.on_event if _has_hook(type(self)) else None,
            stays=ticket is None,
        )
        self._stream.open(ticket)

    def think(self, seconds: float, then: Callable[[], None]) -> None:
        """Wait, and go on with `then`."""
        self._forget_thinking()
        self._thinking = gevent.get_hub().loop.timer(seconds)
        self._thinking.start(then, update=True)

    def leave(self) -> bool:
        """Close the stream; return whether there was none."""
        self._is_leaving = True
        self._forget_thinking()
        return self._stream is None or self._stream.leave()

    def close(self) -> None:
        """Let go of the connection and of timers, whatever is under way."""
        self._is_leaving = True
        self._forget_thinking()
        if self._stream is not None:
            self._stream.abort()
            self._stream = None

    def _on_over(self) -> None:
        self._stream = None
        if self._is_leaving:
            self.gone()
        else:
            self.host_stage.round_over(self, 0.0)

    def _forget_thinking(self) -> None:
        if self._thinking is not None:
            self._thinking.close()
            self._thinking = None


class WebSocketUser(StreamUser):
    """A user that holds a WebSocket."""

    abstract = True

    protocol = "websocket"
    send: ClassVar[str | bytes | None] = None
    """A message that is sent once it is open."""
    send_every: ClassVar[float | None] = None
    compression: ClassVar[bool] = False
    """Offer permessage-deflate, as browsers do."""

    def send_message(self, data: str | bytes) -> bool:
        """Send a message, as text or binary; return False where no stream is open."""
        return self._stream is not None and self._stream.send(data)


class SseUser(StreamUser):
    """A user that listens to server-sent events."""

    abstract = True

    protocol = "sse"


def check_stream_users(
    user_classes: Iterable[type[locust.User]], host: str, endpoint: Endpoint
) -> None:
    """Refuse what can't be opened, before a step begins.

    Raises:
        DriverFailure: a stream is declared wrongly, or the target speaks TLS.
    """
    for user_class in _stream_users(user_classes):
        try:
            StreamTerms(user_class.declared_plan(), host, endpoint)
        except ValueError as error:
            raise DriverFailure(
                "scenario", f"The stream of {user_class.__name__}: {error}"
            ) from error


def require_hold(user_classes: Iterable[type[locust.User]]) -> None:
    """Refuse to open streams at a rate which nobody ever closes.

    Raises:
        DriverFailure: a stream is to be held to the end.
    """
    for user_class in _stream_users(user_classes):
        plan = user_class.declared_plan()
        if plan.hold_s is None:
            raise DriverFailure(
                "scenario",
                f"The stream {plan.name!r} has no hold, so that streams opened at a rate would "
                'only become more. Give it one, such as hold = "10s", or load it with '
                "users = [...].",
            )


@lru_cache(maxsize=64)
def terms_for(user_class: type[StreamUser], environment: Any) -> StreamTerms:
    """Return the terms that all users of a class share."""
    return StreamTerms(user_class.declared_plan(), environment.host, environment.endpoint)


def _stream_users(user_classes: Iterable[type[locust.User]]) -> Iterable[type[StreamUser]]:
    return (each for each in user_classes if issubclass(each, StreamUser))


@lru_cache(maxsize=64)
def _has_hook(user_class: type[StreamUser]) -> bool:
    return user_class.on_event is not StreamUser.on_event
