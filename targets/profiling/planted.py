"""What holds the loop: called by the handler, in the same thread, for 80 ms."""

from __future__ import annotations

import os
import time

_SLEEP_S = 0.08
_LOOPS = 1_600_000


def helper_blocking() -> None:
    """Compute in Python, or sleep, as the stratum says: nobody else is served meanwhile."""
    if os.environ["STRATUM_KIND"] == "sleep":
        time.sleep(_SLEEP_S)
        return
    total = 0
    for number in range(_LOOPS):
        total += number
