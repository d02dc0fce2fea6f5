"""The message that every stream sends, once a second: its number, and when it was sent."""

from __future__ import annotations

import json
import time

EVERY_S = 1.0


def message(number: int) -> str:
    """Write the message of that number."""
    return json.dumps({"n": number, "t": time.monotonic()})
