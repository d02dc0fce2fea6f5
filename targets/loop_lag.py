"""Event-loop lag: how much later than asked for a coroutine gets its turn.

A task is due every 10 ms. When it gets its turn, each moment at which it was due until then is
noted with how late that is: a loop that stands still for 200 ms leaves twenty lags, of 200 ms down
to 0, as it would with twenty clients that ask at those moments. One lag a turn would hide it.
uvloop's timers tick in whole milliseconds, so lags of about a millisecond are the clock's, not the
service's.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from math import floor
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
    due_at_s = time.monotonic() + INTERVAL_S
    flush_at_s = due_at_s + FLUSH_EVERY_S
    try:
        while True:
            await asyncio.sleep(max(due_at_s - time.monotonic(), 0.0))
            awake_at_s = time.monotonic()
            lags.extend(_lags(due_at_s, awake_at_s))
            due_at_s += INTERVAL_S * max(1, floor((awake_at_s - due_at_s) / INTERVAL_S) + 1)
            if awake_at_s >= flush_at_s:
                _append(path, lags)
                lags.clear()
                flush_at_s = awake_at_s + FLUSH_EVERY_S
    finally:
        _append(path, lags)


def _lags(due_at_s: float, awake_at_s: float) -> list[_Lag]:
    """List how late each moment was at which the task was due until now, the first one first.

    A timer may fire up to one tick early; the loop is not ahead of time for that.

    >>> _lags(5.0, 5.025)[-1][0], [round(lag_s, 3) for _, lag_s in _lags(5.0, 5.025)]
    (5.025, [0.025, 0.015, 0.005])
    """
    late_s = max(awake_at_s - due_at_s, 0.0)
    missed = floor(late_s / INTERVAL_S)
    return [(awake_at_s, late_s - number * INTERVAL_S) for number in range(missed + 1)]


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
