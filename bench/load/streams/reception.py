"""What one connection of a stream brings: counted, timed and read, event by event."""

from __future__ import annotations

import json
from math import nan
from typing import Final

from bench.load.recording.streams import pack_event
from bench.load.streams.book import StreamBook
from bench.load.streams.events import Event
from bench.load.streams.faults import BadEvent
from bench.load.streams.numbering import Numbering
from bench.load.streams.terms import StreamTerms

_GREETINGS: Final = 2
"""Events at the start of a stream that need have no number and no stamp."""


class Reception:
    """Take the events of one connection.

    Args:
        began_s: when it began to be opened.
    """

    __slots__ = (
        "_began_s",
        "_book",
        "_is_read",
        "_numbering",
        "_terms",
        "_unread",
        "last_event_s",
    )

    def __init__(self, terms: StreamTerms, book: StreamBook, began_s: float) -> None:
        self.last_event_s = 0.0
        """When the last event came; 0 before the first."""
        self._terms = terms
        self._book = book
        self._began_s = began_s
        self._is_read = terms.read_number is not None or terms.read_stamp is not None
        self._numbering = None if terms.read_number is None else Numbering()
        self._unread = 0
        """Events that could not be read, as long as none could."""

    def take(self, event: Event, received_s: float) -> None:
        """Take an event."""
        tally = self._book.tally
        if self.last_event_s:
            gap_s = received_s - self.last_event_s
        else:
            gap_s = nan
            tally.first(received_s, received_s - self._began_s)
        self.last_event_s = received_s
        delay_s = self._read(event, received_s) if self._is_read else nan
        tally.rows += pack_event(received_s, gap_s, delay_s)

    def _read(self, event: Event, received_s: float) -> float:
        """Read an event's number and stamp; return how long it was under way."""
        terms, delay_s = self._terms, nan
        try:
            found = _read_json(event)
            if terms.read_number is not None:
                self._count(terms.read_number(found), received_s)
            if terms.read_stamp is not None:
                delay_s = terms.delay_of(terms.read_stamp(found), received_s)
        except BadEvent as fault:
            self._note_unread(fault)
        else:
            self._unread = -1
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
        if self._unread < 0:
            return
        self._unread += 1
        if self._unread > _GREETINGS:
            self._book.fail(fault)


def _read_json(event: Event) -> object:
    try:
        found: object = json.loads(event.data)
    except ValueError:
        raise BadEvent("the event is no JSON") from None
    return found
