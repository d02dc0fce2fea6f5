"""A user of a flow at work: round after round, request after request, on one connection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from random import Random
from time import perf_counter
from typing import Any, Final, Protocol

import gevent

from bench.load.flows.book import Book, Page
from bench.load.flows.template import MissingValueError
from bench.load.flows.wire import CHUNK_BYTES, DeadlineError, Wire
from bench.load.http.answer import Answer
from bench.load.http.client import Endpoint
from bench.load.http.outcomes import BAD_REQUEST, outcome_of_exception
from bench.load.recording.cells import pack_row
from bench.load.recording.recorder import Outstanding, Ticket

_PAUSE_S: Final = 0.010


class Rounds(Protocol):
    """Who a machine tells of its rounds."""

    def round_over(self, think_s: float) -> None:
        """Take note that a round is over; the flow wants to think for so long."""

    def left(self) -> None:
        """Take note that the machine, told to leave, has come to its end."""


class FlowMachine(Wire):
    """Send a flow's requests, and write a row for each."""

    __slots__ = (
        "_book",
        "_intended_s",
        "_is_leaving",
        "_page",
        "_pages",
        "_random",
        "_rounds",
        "_timer",
        "_values",
    )

    def __init__(self, endpoint: Endpoint, book: Book, rounds: Rounds, random: Random) -> None:
        super().__init__(endpoint)
        self._book = book
        self._rounds = rounds
        self._random = random
        self._pages: list[Page] = []
        self._page = book.pages[0]
        self._values: dict[str, Any] = {}
        self._intended_s = 0.0
        self._is_leaving = False
        self._timer: Any = None
        book.recorder.senders.add(self)

    def begin(self, ticket: Ticket | None = None) -> None:
        """Begin a round; with a ticket, its first request was meant to be sent then."""
        book = self._book
        if self._is_leaving:
            if ticket is not None:
                book.recorder.give_back(ticket)
            return
        if not book.is_plain:
            self._values = book.values.draw(self._random)
        self._pages = book.choose(self._random)
        self._page = self._pages[0]
        self._send_page(ticket)

    def leave(self) -> bool:
        """Begin nothing more; return whether nothing is under way."""
        self._is_leaving = True
        return not self.sent_s

    def end(self) -> None:
        """Let go of the connection and the timer; once more does nothing."""
        self._is_leaving = True
        self._on_open = None
        if self._timer is not None:
            self._timer.close()
            self._timer = None
        self.close()
        self._book.recorder.senders.discard(self)

    def think(self, seconds: float, then: Callable[[], None]) -> None:
        """Wait, as a user who thinks, and go on with `then`."""
        self._book.thinking.begin()
        self._timer = gevent.get_hub().loop.timer(seconds)
        self._timer.start(self._thought, then, update=True)

    # --- what the recorder asks ---

    def open_request(self) -> Outstanding | None:
        """Return what it waits for; None, if nothing."""
        if not self.sent_s:
            return None
        return Outstanding("users", self._page.request.name, self._intended_s or self.sent_s)

    def expire(self, now_s: float) -> None:
        """Give up what has taken longer than it may."""
        error = self.overdue(now_s)
        if error is not None:
            self.fail(error)

    def forget(self) -> None:
        """Take no notice any more of what it waits for."""
        self.close()
        self.sent_s = 0.0

    # --- the hot path: one call of Python for a response and the request after it ---

    def _on_readable(self) -> None:
        try:
            data = self._recv(CHUNK_BYTES)
        except BlockingIOError:  # woken for nothing
            return
        except OSError as error:
            self._lose(error)
            return
        ended_s = perf_counter()
        page = self._page
        known = page.known.get(data) if self._answer is None and not self._pending else None
        sent_s = self.sent_s
        if known is None or not sent_s:
            self._take(data, ended_s)
            return
        page.remembered.uses += 1
        cell, size, may_stay_open, extracted = known
        cell.rows += pack_row(self._intended_s or sent_s, sent_s, ended_s, size)
        if page.following is None or self._is_leaving or extracted or not may_stay_open:
            self._pass(may_stay_open=may_stay_open, extracted=extracted)
            return
        self._page, request = page.following
        self._intended_s = 0.0
        self.exchange(request, has_body=self._page.has_body)

    def _pass(self, *, may_stay_open: bool, extracted: Mapping[str, Any] | None) -> None:
        """Go on after an answer, whatever it is followed by."""
        if not may_stay_open:
            self.close()
        if extracted:
            self._values.update(extracted)
        self._go_on()

    def _go_on(self) -> None:
        self.sent_s = self._intended_s = 0.0
        if self._is_leaving:
            self._rounds.left()
            return
        page = self._page
        position = page.position + 1
        if position == len(self._pages):
            self._rounds.round_over(page.think_s)
            return
        self._page = self._pages[position]
        if page.think_s:
            self.think(page.think_s, self._send_page)
        else:
            self._send_page()

    def _send_page(self, ticket: Ticket | None = None) -> None:
        page = self._page
        data = page.fixed
        if data is None:
            try:
                data = page.request.build(self._values)
            except (MissingValueError, ValueError) as error:
                self._give_up(page, error, ticket)
                return
        self.exchange(data, has_body=page.has_body)
        if ticket is not None:
            self._intended_s = self._book.recorder.send(ticket, self.sent_s)

    # --- beside it ---

    def _on_answer(self, answer: Answer, data: bytes, ended_s: float) -> None:
        page, sent_s = self._page, self.sent_s
        verdict = page.request.judge(answer, self._values)
        intended_s = self._intended_s or sent_s
        # An answer to half a request: what is left of it would be taken for the next one.
        may_stay_open = answer.may_stay_open and self._endpoint.keep_alive and not self._pending
        known = page.note(verdict, data, self._received, intended_s, may_stay_open=may_stay_open)
        known.cell.rows += pack_row(intended_s, sent_s, ended_s, self._received)
        self._pass(may_stay_open=may_stay_open, extracted=verdict.extracted)

    def _on_failure(self, error: Exception, ended_s: float) -> None:
        outcome = error.outcome if isinstance(error, DeadlineError) else outcome_of_exception(error)
        intended_s = self._intended_s or self.sent_s
        self._page.fail(outcome, str(error), intended_s, self.sent_s, ended_s)
        self._go_on()

    def _on_reconnect(self) -> None:
        self._book.recorder.reconnects += 1

    def _give_up(self, page: Page, error: Exception, ticket: Ticket | None) -> None:
        """End a round that can't go on, and begin the next one a little later, lest it spins."""
        if ticket is not None:
            self._book.recorder.give_back(ticket)
        if not isinstance(error, MissingValueError):  # else the answer that failed is counted
            now_s = perf_counter()
            page.fail(BAD_REQUEST, str(error), now_s, now_s, now_s)
        self.think(_PAUSE_S, partial(self._rounds.round_over, 0.0))

    def _thought(self, then: Callable[[], None]) -> None:
        self._timer.close()
        self._timer = None
        self._book.thinking.end()
        if not self._is_leaving:
            then()
