"""Event-loop lag: how much later than asked for a coroutine gets its turn.

A task asks to sleep for 10 ms, again and again; what it sleeps longer is time in which the loop
served nobody. uvloop's timers tick in whole milliseconds, so lags of about a millisecond are the
clock's, not the service's.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

INTERVAL_S = 0.010
FLUSH_EVERY_S = 1.0

_Lag = tuple[float, float]
"""When the task woke up, and how late that was."""


@asynccontextmanager
async def watch_loop_lag() -> AsyncIterator[None]:
    """Append observations `loop_lag` to the file that `PAIRBENCH_OBSERVATIONS` names, if any."""
    path = os.environ.get("PAIRBENCH_OBSERVATIONS")
    if not path:
        yield
        return
    probe = asyncio.create_task(_probe(Path(path)))
    try:
        yield
    finally:
        probe.cancel()
        with suppress(asyncio.CancelledError):
            await probe


async def _probe(path: Path) -> None:
    lags: list[_Lag] = []
    flush_at_s = time.monotonic() + FLUSH_EVERY_S
    try:
        while True:
            asleep_at_s = time.monotonic()
            await asyncio.sleep(INTERVAL_S)
            awake_at_s = time.monotonic()
            # A timer may fire up to one tick early; the loop is not ahead of time for that.
            lags.append((awake_at_s, max(0.0, awake_at_s - asleep_at_s - INTERVAL_S)))
            if awake_at_s >= flush_at_s:
                _append(path, lags)
                lags.clear()
                flush_at_s = awake_at_s + FLUSH_EVERY_S
    finally:
        _append(path, lags)


def _append(path: Path, lags: Iterable[_Lag]) -> None:
    """Append in one unbuffered write: several workers may share the file."""
    lines = "".join(f"{_line(awake_at_s, lag_s)}\n" for awake_at_s, lag_s in lags)
    if lines:
        with path.open("ab", buffering=0) as file:
            file.write(lines.encode())


def _line(awake_at_s: float, lag_s: float) -> str:
    return json.dumps(
        {"t_s": round(awake_at_s, 6), "name": "loop_lag", "value": round(lag_s, 6), "unit": "s"}
    )
