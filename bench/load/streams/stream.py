"""One user's stream, through all its connections: opened, held, lost, opened anew, closed."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from math import inf
from random import uniform
from time import perf_counter
from typing import Any, Final

import gevent

from bench.load.http.outcomes import CHECK_FAILED, ConnectTimeoutError
from bench.load.http.reasons import reason_of_raised
from bench.load.recording.recorder import Ticket
from bench.load.streams.book import Handshake, StreamBook
from bench.load.streams.events import Event
from bench.load.streams.faults import StreamFault, StreamSilent, cut_off
from bench.load.streams.link import Link
from bench.load.streams.reception import Reception
from bench.load.streams.talk import Talk
from bench.load.streams.terms import StreamTerms

_RECONNECT_S: Final = (0.1, 1.0)
"""Between these, at random: clients that were cut off together don't come back together."""

_CLOSE_S: Final = 1.0
"""How long the server may take to answer a close."""


class _State(Enum):
    IDLE = "idle"
    OPENING = "opening"
    OPEN = "open"
    CLOSING = "closing"
    BETWEEN = "between"
    """Two connections: the next one is opened when its delay is over."""


class Stream(Link):
    """A stream that is held.

    Args:
        on_event: called with each event; what it raises is noted, and the stream goes on.
        on_over: called when the stream has ended for good.
        stays: whether it is opened anew when it was lost, or held for as long as it should.
    """

    __slots__ = (
        "_book",
        "_last_event_id",
        "_leaving",
        "_on_event",
        "_on_over",
        "_opened_s",
        "_reception",
        "_request",
        "_sending",
        "_state",
        "_stays",
        "_talk",
        "_terms",
        "_timer",
    )

    def __init__(
        self,
        terms: StreamTerms,
        book: StreamBook,
        *,
        on_over: Callable[[], None],
        on_event: Callable[[Event], None] | None = None,
        stays: bool = True,
    ) -> None:
        super().__init__()
        self._terms = terms
        self._book = book
        self._on_event = on_event
        self._on_over = on_over
        self._stays = stays
        self._leaving = False
        self._state = _State.IDLE
        self._talk: Talk | None = None
        self._reception: Reception | None = None
        self._request: Any = None
        self._timer: Any = None
        self._sending: Any = None
        self._last_event_id = ""
        self._opened_s = 0.0

    # --- what users do ---

    def open(self, ticket: Ticket | None = None) -> None:
        """Connect; with a ticket, that was meant to be done then."""
        self._state = _State.OPENING
        self._request = self._book.begin(ticket)
        self._talk = self._terms.start_talk(self._last_event_id)
        self._reception = Reception(self._terms, self._book, self._request.sent_s)
        self._call_after(self._terms.connect_limit_s, self._on_connect_overdue)
        self._connect(self._terms.endpoint.address)

    def send(self, data: str | bytes) -> bool:
        """Send a WebSocket message; return False where no stream is open."""
        if self._state is not _State.OPEN or self._talk is None:
            return False
        message = self._talk.message(data)
        if message:
            self._write(message)
        return bool(message)

    def leave(self) -> bool:
        """Close it for good; return whether that is done already, so that no `on_over` follows."""
        self._leaving = True
        if self._state in (_State.IDLE, _State.BETWEEN):
            self.abort()
            return True
        if self._state is _State.OPEN:
            self._say_goodbye()
        return False

    def abort(self) -> None:
        """Let go of everything at once, and tell nobody; once more does nothing."""
        if self._state in (_State.OPEN, _State.CLOSING):
            self._book.tally.open -= 1
        self._release()
        self._state = _State.IDLE

    # --- callbacks of the link ---

    def _on_connected(self) -> None:
        assert self._talk is not None
        waited_s = perf_counter() - self._request.sent_s
        self._call_after(self._terms.answer_limit_s(waited_s), self._on_answer_overdue)
        self._write(self._talk.hello())

    def _on_data(self, data: bytes, received_s: float) -> None:
        talk = self._talk
        assert talk is not None
        events = talk.feed(data)
        reply = talk.take_reply()
        if reply:
            self._write(reply)
        if self._state is _State.OPENING and talk.is_open:
            self._note_open(received_s)
        for event in events:
            self._take(event, received_s)
        if talk.fault is not None:
            self._note_lost(talk.fault)
        elif self._leaving and self._state is _State.OPEN:
            self._say_goodbye()

    def _on_end(self) -> None:
        assert self._talk is not None
        self._talk.end()
        self._note_lost(self._talk.fault or cut_off("the connection was closed"))

    def _on_lost(self, error: OSError) -> None:
        if self._state is not _State.IDLE:  # told later than it was aborted
            self._note_lost(error)

    # --- what comes ---

    def _note_open(self, received_s: float) -> None:
        self._end_handshake(None, received_s)
        self._state = _State.OPEN
        self._opened_s = received_s
        self._book.tally.open += 1
        self._clear_timer()
        self._watch_limits()
        plan = self._terms.plan
        if plan.send is not None:
            self.send(plan.send)
            if plan.send_every_s is not None:
                self._sending = gevent.get_hub().loop.timer(plan.send_every_s, plan.send_every_s)
                self._sending.start(self.send, plan.send, update=True)

    def _take(self, event: Event, received_s: float) -> None:
        assert self._reception is not None
        self._reception.take(event, received_s)
        if self._on_event is not None:
            try:
                self._on_event(event)
            except Exception as error:  # noqa: BLE001 - the user's code may raise anything
                self._book.fail(StreamFault(CHECK_FAILED, reason_of_raised(error)))

    # --- how it ends ---

    def _note_lost(self, fault: Exception) -> None:
        """Take note that there is no connection any more."""
        was, talk = self._state, self._talk
        assert talk is not None
        self._last_event_id, retry_s = talk.last_event_id, talk.retry_s
        if was is _State.OPENING:
            self._end_handshake(fault, perf_counter())
        else:
            self._book.tally.open -= 1
            if was is _State.OPEN:
                self._book.fail(fault)
        self._release()
        self._state = _State.IDLE
        if self._leaving or not self._stays:
            self._on_over()
        elif was is _State.CLOSING:  # held for as long as it should
            self.open()
        else:
            self._open_later(retry_s)

    def _open_later(self, retry_s: float | None) -> None:
        shortest_s, longest_s = _RECONNECT_S
        self._state = _State.BETWEEN
        self._book.reconnecting()
        wait_s = uniform(shortest_s, longest_s)
        self._call_after(wait_s if retry_s is None else max(retry_s, wait_s), self.open)

    def _say_goodbye(self) -> None:
        assert self._talk is not None
        goodbye = self._talk.goodbye()
        self._state = _State.CLOSING
        self._stop_sending()
        if goodbye:
            self._write(goodbye)
            self._call_after(_CLOSE_S, self._on_goodbye_over)
        else:
            self._call_after(0.0, self._on_goodbye_over)

    def _end_handshake(self, fault: Exception | None, ended_s: float) -> None:
        talk, request = self._talk, self._request
        assert talk is not None
        self._request = None
        self._book.end(
            request, Handshake(talk.status, talk.headers, fault, request.sent_s, ended_s)
        )
        talk.headers = []

    # --- timers ---

    def _on_connect_overdue(self) -> None:
        limit_s = self._terms.connect_limit_s
        self._note_lost(ConnectTimeoutError(f"there was no connection after {limit_s:g} s"))

    def _on_answer_overdue(self) -> None:
        waited_s = perf_counter() - self._request.sent_s
        self._note_lost(self._terms.overdue_answer(waited_s))

    def _on_goodbye_over(self) -> None:
        self._note_lost(TimeoutError("the server did not answer the close"))

    def _watch_limits(self) -> None:
        """Call again when the stream may have been held, or silent, for long enough."""
        plan, now_s = self._terms.plan, perf_counter()
        held_until_s = inf if plan.hold_s is None else self._opened_s + plan.hold_s
        silent_until_s = inf
        if plan.silence_s is not None:
            assert self._reception is not None
            last_s = max(self._opened_s, self._reception.last_event_s)
            silent_until_s = last_s + plan.silence_s
        if held_until_s <= now_s:
            self._say_goodbye()
        elif silent_until_s <= now_s:
            assert plan.silence_s is not None
            self._note_lost(StreamSilent(plan.silence_s))
        elif (due_s := min(held_until_s, silent_until_s)) < inf:
            self._call_after(due_s - now_s, self._watch_limits)

    def _call_after(self, seconds: float, callback: Callable[[], None]) -> None:
        self._clear_timer()
        self._timer = gevent.get_hub().loop.timer(seconds)
        self._timer.start(callback, update=True)

    def _clear_timer(self) -> None:
        if self._timer is not None:
            self._timer.close()
            self._timer = None

    def _stop_sending(self) -> None:
        if self._sending is not None:
            self._sending.close()
            self._sending = None

    def _release(self) -> None:
        self._clear_timer()
        self._stop_sending()
        self._disconnect()
        self._talk = self._reception = None
