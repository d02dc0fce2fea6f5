"""Events: what a stream brings."""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class Event(NamedTuple):
    """A WebSocket message, or a server-sent event."""

    data: str | bytes
    """Bytes only where a WebSocket message is binary."""
    kind: str = "message"
    """The event's name, of a server-sent event."""
    id: str = ""
    """The last event ID, of a server-sent event."""

    def json(self) -> Any:
        """Return the data, read as JSON.

        Raises:
            ValueError: it is none.
        """
        return json.loads(self.data)
