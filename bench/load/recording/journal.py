"""The journal of one user: where its requests are noted, and for which ticket."""

from __future__ import annotations

from bench.load.http.response import Response
from bench.load.recording.cells import Group
from bench.load.recording.recorder import OpenRequest, Recorder, Ticket


class Journal:
    """Note a user's requests; the first after a ticket was given is the one it was issued for."""

    __slots__ = ("_group", "_recorder", "_ticket", "has_waited")

    def __init__(self, recorder: Recorder, group: Group) -> None:
        self.has_waited = False
        """Whether an answer was waited for since this was last reset."""
        self._recorder = recorder
        self._group = group
        self._ticket: Ticket | None = None

    def give(self, ticket: Ticket) -> None:
        """Give the ticket for the next request."""
        self._ticket = ticket

    def give_back(self) -> None:
        """Give back a ticket that no request was sent for."""
        if self._ticket is not None:
            self._recorder.give_back(self._ticket)
            self._ticket = None

    def begin(self, name: str) -> OpenRequest:
        """Note that a request is sent now."""
        ticket, self._ticket = self._ticket, None
        return self._recorder.begin(self._group, name, ticket)

    def end(self, request: OpenRequest, response: Response) -> None:
        """Note what became of it."""
        self.has_waited = self.has_waited or response.error is None  # one may be refused at once
        self._recorder.end(
            request,
            response.outcome,
            response.ended_s,
            response.bytes_received,
            response.reason,
        )

    def reconnected(self) -> None:
        """Note that a connection was closed by the target between two requests."""
        self._recorder.reconnects += 1
