"""Means inside the process that tell of what holds the loop, and how often they have told."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from targets.observing import Count, observing
from targets.profiling.planted import helper_blocking

PROFILER: Final = os.environ["PROFILER"]
_SLOW_MS: Final = 50
_told = Count()


class _SlowCallbacks(logging.Handler):
    """Counts what asyncio's debug mode says of callbacks that took long."""

    def emit(self, record: logging.LogRecord) -> None:
        _told.value += "took" in record.getMessage()


@asynccontextmanager
async def watched() -> AsyncIterator[None]:
    """Watch by the means that `PROFILER` names, and observe how often it `told`."""
    if PROFILER == "asyncio-debug":
        loop = asyncio.get_running_loop()
        loop.set_debug(True)
        loop.slow_callback_duration = _SLOW_MS / 1000
        logging.getLogger("asyncio").addHandler(_SlowCallbacks())
    elif PROFILER == "blockbuster":
        from blockbuster import BlockBuster

        BlockBuster().activate()
    elif PROFILER == "aiocop":
        _start_aiocop()
    async with observing(lambda: {"told": (_told.value, "")}, every_s=1.0):
        yield


def block() -> None:
    """Do what is to be found; blockbuster raises instead of letting it block."""
    if PROFILER != "blockbuster":
        helper_blocking()
        return
    from blockbuster import BlockingError

    try:
        helper_blocking()
    except BlockingError:
        _told.value += 1


def _start_aiocop() -> None:
    import aiocop

    def count(event: aiocop.SlowTaskEvent) -> None:
        _told.value += event.exceeded_threshold

    aiocop.patch_audit_functions()
    aiocop.start_blocking_io_detection()
    aiocop.detect_slow_tasks(threshold_ms=_SLOW_MS, on_slow_task=count)
    aiocop.activate()
