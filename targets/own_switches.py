"""Context switches as the process itself counts them: a second way beside the harness's own."""

from __future__ import annotations

import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from targets.observing import Rate, observing


@asynccontextmanager
async def count_own_switches() -> AsyncIterator[None]:
    """Observe `own_switches` per second, of all threads, those that have ended included."""
    rate = Rate(_count_switches)
    async with observing(lambda: {"own_switches": (rate.per_second(), "1/s")}, every_s=1.0):
        yield


def _count_switches() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_nvcsw + usage.ru_nivcsw
