"""What each variant tells of those who do its work, once a second and all alike."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from targets.observing import Numbers, observing

EVERY_S: Final = 1.0
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")


async def seconds_until(first_task: Callable[[], Awaitable[object]]) -> float:
    """Return how long it took to have a first task done, by whoever is started for that."""
    began_s = time.monotonic()
    await first_task()
    return time.monotonic() - began_s


@asynccontextmanager
async def telling(start_up_s: float, worker_rss: Callable[[], float]) -> AsyncIterator[None]:
    """Observe `start_up`, which stays as it was, and `worker_rss`, the mean over the workers.

    Args:
        start_up_s: how long the first task took.
        worker_rss: returns bytes, or 0 where nobody is there to be weighed.
    """

    def look() -> Numbers:
        size = worker_rss()
        weighed = {"worker_rss": (size, "bytes")} if size else {}
        return {"start_up": (start_up_s, "s"), **weighed}

    async with observing(look, every_s=EVERY_S):
        yield


def mean_rss(pids: Iterable[int]) -> float:
    """Return the mean resident memory of the processes that there still are, in bytes."""
    sizes = [size for size in map(rss_bytes, pids) if size]
    return sum(sizes) / len(sizes) if sizes else 0.0


def pool_pids() -> list[int]:
    """List the processes of this process's `ProcessPoolExecutor`s, whichever way they started."""
    return [child.pid for child in multiprocessing.active_children() if child.pid]


def rss_bytes(pid: int) -> int:
    """Return a process's resident memory; 0 for one that has ended."""
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_BYTES
    return 0
