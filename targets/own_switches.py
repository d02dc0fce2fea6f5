"""Context switches as the process itself counts them: a second way beside the harness's own."""

from __future__ import annotations

import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from targets.observing import Numbers, Rate, observing


@asynccontextmanager
async def count_own_switches() -> AsyncIterator[None]:
    """Observe switches per second, of all threads, those that have ended included, and their kind.

    A switch is voluntary where a thread waits for something: a descriptor, a moment, the
    interpreter's lock. It is involuntary where the kernel takes the core away. `own_system_share`
    is the kernel's part of the CPU time since the last look.
    """
    usage = _Usage()
    async with observing(usage.look, every_s=1.0):
        yield


class _Usage:
    def __init__(self) -> None:
        self._voluntary = _rate_of("ru_nvcsw")
        self._involuntary = _rate_of("ru_nivcsw")
        self._user, self._system = _rate_of("ru_utime"), _rate_of("ru_stime")

    def look(self) -> Numbers:
        voluntary, involuntary = self._voluntary.per_second(), self._involuntary.per_second()
        user, system = self._user.per_second(), self._system.per_second()
        return {
            "own_switches": (voluntary + involuntary, "1/s"),
            "own_voluntary": (voluntary, "1/s"),
            "own_involuntary": (involuntary, "1/s"),
            "own_system_share": (system / max(user + system, 1e-9), ""),
        }


def _rate_of(field: str) -> Rate:
    return Rate(lambda: float(getattr(resource.getrusage(resource.RUSAGE_SELF), field)))
