"""Who wants to know of a client's requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from bench.load.http.response import Response


class SentRequest(Protocol):
    """What a log returns for a request that was sent."""

    sent_s: float


class RequestLog(Protocol):
    """Who wants to know of a client's requests."""

    def begin(self, name: str) -> Any:
        """Note that a request is sent now; what is returned has its `sent_s`."""

    def end(self, request: Any, response: Response) -> None:
        """Note what became of it; `response.outcome` says so in a word, `reason` in several."""

    def reconnected(self) -> None:
        """Note that a connection that should have stayed open was replaced by a new one."""
