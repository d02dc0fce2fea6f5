"""Ledgers: what a worker spooled, and what of it reached the master, summed up to be compared."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any


class Ledger:
    """Lines, the requests in them, and a digest of all their bytes, in order."""

    def __init__(self) -> None:
        self.lines = 0
        self.requests = 0
        self._digest = sha256()

    def add(self, text: bytes) -> None:
        """Enter whole lines."""
        for line in text.splitlines():
            self.lines += 1
            self.requests += _requests_in(line)
        self._digest.update(text)

    def as_dict(self) -> dict[str, Any]:
        """Return the sums, as a message carries them."""
        return {
            "lines": self.lines,
            "requests": self.requests,
            "sha256": self._digest.hexdigest(),
        }

    def differs_from(self, spooled: dict[str, Any]) -> str:
        """Say how what came differs from what was spooled; nothing, if it is the same."""
        came = self.as_dict()
        if came == spooled:
            return ""
        if came["lines"] == spooled["lines"] and came["requests"] == spooled["requests"]:
            return f"its {self.lines} lines came with other contents than it had spooled"
        return (
            f"it spooled {spooled['requests']:,} requests in {spooled['lines']:,} lines; "
            f"{self.requests:,} requests in {self.lines:,} lines came"
        )


def _requests_in(line: bytes) -> int:
    fields = json.loads(line)
    return int(fields["requests"]) if fields["type"] == "requests" else 0
