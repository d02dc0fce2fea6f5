"""One user's stream, through all its connections: opened, held, lost, opened anew, closed."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import Enum
from math import inf, nan
from random import uniform
from time import perf_counter
from typing import Any, Final

import gevent

from bench.load.http.outcomes import CHECK_FAILED
from bench.load.http.reasons import reason_of_raised
from bench.load.recording.recorder import Ticket
from bench.load.recording.streams import pack_event
from bench.load.streams.book import Handshake, StreamBook
from bench.load.streams.events import Event
from bench.load.streams.faults import BadEvent, StreamFault, StreamSilent, cut_off
from bench.load.streams.link import Link
from bench.load.streams.numbering import Numbering
from bench.load.streams.talk import Talk
from bench.load.streams.terms import StreamTerms

_RECONNECT_S: Final = (0.1, 1.0)
"""Between these, at random: clients that were cut off together don't come back together."""

_CLOSE_S: Final = 1.0
"""How long the server may take to answer a close."""

_GREETINGS: Final = 2
"""Events at the start of a stream that need have no number and no stamp."""


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
        "_began_s",
        "_book",
        "_events_before_first_read",
        "_last_event_id",
        "_last_event_s",
        "_leaving",
        "_numbering",
        "_on_event",
        "_on_over",
        "_opened_s",
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
        self._numbering: Numbering | None = None
        self._request: Any = None
        self._timer: Any = None
        self._sending: Any = None
        self._last_event_id = ""
        self._began_s = self._opened_s = self._last_event_s = 0.0
        self._events_before_first_read = 0

    # --- what users do ---

    def open(self, ticket: Ticket | None = None) -> None:
        """Connect; with a ticket, that was meant to be done then."""
        self._state = _State.OPENING
        self._request = self._book.begin(ticket)
        self._began_s = self._request.sent_s
        self._talk = self._terms.start_talk(self._last_event_id)
        if self._terms.plan.sequence is not None:
            self._numbering = Numbering()
        self._events_before_first_read = self._last_event_s = 0
        self._call_after(self._terms.endpoint.timeout_s, self._on_opening_overdue)
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
        tally, delay_s = self._book.tally, nan
        if self._last_event_s:
            gap_s = received_s - self._last_event_s
        else:
            gap_s = nan
            tally.first(received_s, received_s - self._began_s)
        self._last_event_s = received_s
        terms = self._terms
        if terms.read_number is not None or terms.read_stamp is not None:
            delay_s = self._read(event, received_s)
        tally.rows += pack_event(received_s, gap_s, delay_s)
        if self._on_event is not None:
            try:
                self._on_event(event)
            except Exception as error:  # noqa: BLE001 - the user's code may raise anything
                self._book.fail(StreamFault(CHECK_FAILED, reason_of_raised(error)))

    def _read(self, event: Event, received_s: float) -> float:
        """Read an event's number and stamp; return how long it was under way."""
        terms = self._terms
        delay_s = nan
        try:
            try:
                found = json.loads(event.data)
            except ValueError:
                raise BadEvent("the event is no JSON") from None
            if terms.read_number is not None:
                self._count(terms.read_number(found), received_s)
            if terms.read_stamp is not None:
                delay_s = terms.delay_of(terms.read_stamp(found), received_s)
        except BadEvent as fault:
            self._note_unread(fault)
        else:
            self._events_before_first_read = -1
        return delay_s

    def _count(self, number: int, received_s: float) -> None:
        numbering = self._numbering
        assert numbering is not None
        if number == numbering.expected:
            numbering.expected = number + 1
        else:
            numbering.note(number, received_s, self._book.tally)

    def _note_unread(self, fault: BadEvent) -> None:
        """Let greetings and heartbeats pass; but where nothing can be read, say so each time."""
        if self._events_before_first_read < 0:
            return
        self._events_before_first_read += 1
        if self._events_before_first_read > _GREETINGS:
            self._book.fail(fault)

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
        self._book.end(request, Handshake(talk.status, talk.headers, fault, self._began_s, ended_s))
        talk.headers = []

    # --- timers ---

    def _on_opening_overdue(self) -> None:
        limit_s = self._terms.endpoint.timeout_s
        self._note_lost(TimeoutError(f"the stream was not open after {limit_s:g} s"))

    def _on_goodbye_over(self) -> None:
        self._note_lost(TimeoutError("the server did not answer the close"))

    def _watch_limits(self) -> None:
        """Call again when the stream may have been held, or silent, for long enough."""
        plan, now_s = self._terms.plan, perf_counter()
        held_until_s = inf if plan.hold_s is None else self._opened_s + plan.hold_s
        silent_until_s = inf
        if plan.silence_s is not None:
            silent_until_s = max(self._opened_s, self._last_event_s) + plan.silence_s
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
        self._talk = self._numbering = None
