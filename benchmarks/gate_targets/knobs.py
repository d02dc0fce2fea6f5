"""What both targets read from their environment: how much work, waiting and memory."""

from __future__ import annotations

import os
from typing import Final

SPIN_LOOPS: Final = int(os.environ.get("SPIN_LOOPS", "0"))
"""Turns of an empty loop in each request: CPU time that no scheduler can shorten."""

WAIT_S: Final = float(os.environ.get("WAIT_MS", "0")) / 1e3
"""How long each request waits for something elsewhere."""

BALLAST: Final = b"\1" * (int(os.environ.get("BALLAST_KIB", "0")) * 1024)
"""Memory that is there from the start; written to, so that it is resident."""


def spin() -> None:
    """Do the work of one request."""
    for _ in range(SPIN_LOOPS):
        pass
