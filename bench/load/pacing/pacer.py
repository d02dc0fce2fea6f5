"""The pacer: issue each request of a schedule at its moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Final

import gevent

_LONGEST_BURST: Final = 64
"""How many overdue requests are issued before other greenlets get their turn."""


def pace(moments_s: Iterable[float], issue: Callable[[float], None]) -> None:
    """Call `issue` with each moment when it has come.

    Moments come from the schedule alone: waking late delays what was due, and shifts nothing after
    it.
    """
    loop = gevent.get_hub().loop
    burst = 0
    for moment_s in moments_s:
        wait_s = moment_s - perf_counter()
        if wait_s > 0:
            loop.update_now()  # timers count from the loop's own idea of now, which may be old
            gevent.sleep(wait_s)
            burst = 0
        elif (burst := burst + 1) % _LONGEST_BURST == 0:
            gevent.sleep(0)
        issue(moment_s)
