"""Sockets in TIME_WAIT: what closed connections to the upstream leave to the system for a minute.

The end that closes first has the socket. Both ends are on this machine, and either counts.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from targets.observing import observing

LASTS_S = 60.0
"""Linux's TCP_TIMEWAIT_LEN, which can't be set."""

_SHARE = 0.01
"""Of the time, for reading the table: the kernel's walk to make it takes 5 ms, however short."""

_TABLE = Path("/proc/net/tcp")
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def time_wait(url: str) -> AsyncIterator[None]:
    """Observe `time_wait`: sockets of the URL's port that came into that state since the start.

    Only where `COUNT_TIME_WAIT` is set, on Linux; once a second, and less often where that would
    take more than a hundredth of the time. It is read on the event loop, and takes milliseconds.
    """
    if "COUNT_TIME_WAIT" not in os.environ or sys.platform != "linux":
        yield
        return
    port, started_s = urlsplit(url).port or 80, time.monotonic()
    due_s = started_s

    def look() -> dict[str, tuple[float, str]]:
        nonlocal due_s
        now_s, used_s = time.monotonic(), time.thread_time()
        if now_s < due_s:
            return {}
        count = count_time_wait(_TABLE.read_bytes(), port, now_s - started_s)
        due_s = now_s + (time.thread_time() - used_s) / _SHARE
        return {"time_wait": (float(count), "")}

    async with observing(look, every_s=1.0):
        yield


def count_time_wait(table: bytes, port: int, within_s: float) -> int:
    """Count the sockets of a port in TIME_WAIT, on either side, that are no older than so long.

    Their age is what has passed of their minute: what an earlier target left is not this one's.

    Args:
        table: the text of `/proc/net/tcp`.
        port: of one end.
        within_s: the greatest age, in seconds.
    """
    left_at_least = (LASTS_S - within_s) * _TICKS_PER_S
    return sum(int(left, 16) >= left_at_least for left in _rows_of(port).findall(table))


def _rows_of(port: int) -> re.Pattern[bytes]:
    """Match the rows in state 06 with their timer 3, and take how many ticks it has left."""
    given = b"%04X" % port
    ends = rb"(?:%b [0-9A-F]{8}:[0-9A-F]{4}|[0-9A-F]{4} [0-9A-F]{8}:%b)" % (given, given)
    return re.compile(rb":%b 06 [0-9A-F]{8}:[0-9A-F]{8} 03:([0-9A-F]+) " % ends)
