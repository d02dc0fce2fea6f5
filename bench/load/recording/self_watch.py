"""The generator's watch on itself: was it fast enough for what it was asked to do?"""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Final

import gevent
import numpy as np

from bench.load.recording.cells import Line
from bench.load.recording.histograms import HistogramEncoder
from bench.load.recording.recorder import Recorder
from bench.load.recording.thinking import ThinkMeter
from bench.load.recording.timeline import Cell, Timeline

_TICK_S: Final = 0.010
_NS_PER_S: Final = 1e9


class SelfWatch:
    """Note loop lag, CPU time and waiting, cell by cell of the timeline."""

    def __init__(
        self,
        step: int,
        timeline: Timeline,
        recorder: Recorder,
        thinking: ThinkMeter,
        read_core_wait_s: Callable[[], float | None] | None = None,
    ) -> None:
        self._step = step
        self._timeline = timeline
        self._recorder = recorder
        self._thinking = thinking
        self._read_core_wait_s = read_core_wait_s or read_core_wait_s_of_all_threads
        self._encoder = HistogramEncoder()
        self._lags_s: array[float] = array("d")
        self._cell_began_s = timeline.origin_s
        self._cpu_s = time.process_time()
        self._core_wait_s = self._read_core_wait_s()
        self._think_s = 0.0

    def tick(self) -> None:
        """Be due every 10 ms, and note for each of these moments how late its turn came.

        A loop that stands still for 100 ms leaves ten lags: one would hide it among the others.
        """
        loop = gevent.get_hub().loop
        due_s = time.perf_counter() + _TICK_S
        while True:
            loop.update_now()  # timers count from the loop's own idea of now, which may be old
            gevent.sleep(max(due_s - time.perf_counter(), 0.0))
            late_s = max(time.perf_counter() - due_s, 0.0)
            turns = int(late_s / _TICK_S) + 1
            self._lags_s.extend(late_s - turn * _TICK_S for turn in range(turns))
            due_s += turns * _TICK_S

    def cut(self, now_s: float) -> list[Line]:
        """Return the line of the cell that ends now."""
        cell = self._timeline.cell(self._cell_began_s)
        self._cell_began_s = now_s
        return [self._line(cell, now_s)]

    def _line(self, cell: Cell, now_s: float) -> Line:
        cpu_s, core_wait_s = time.process_time(), self._read_core_wait_s()
        think_s = self._thinking.total_s(now_s)
        line: Line = {
            "type": "generator",
            "step": self._step,
            "phase": cell.phase,
            "slice": cell.slice,
            "loop_lag_us": self._encoder.encode(np.array(self._lags_s)),
            "cpu_s": cpu_s - self._cpu_s,
            "core_wait_s": _difference(core_wait_s, self._core_wait_s),
            "in_flight": self._recorder.in_flight,
            "think_s": think_s - self._think_s,
            "reconnects": self._recorder.reconnects,
        }
        self._lags_s = array("d")
        self._recorder.reconnects = 0
        self._cpu_s, self._core_wait_s, self._think_s = cpu_s, core_wait_s, think_s
        return line


def read_core_wait_s_of_all_threads() -> float | None:
    """Return how long this process's living threads were runnable and had no core.

    None where the kernel doesn't tell.
    """
    try:
        return sum(_core_wait_ns(task) for task in Path("/proc/self/task").iterdir()) / _NS_PER_S
    except (OSError, IndexError, ValueError):
        return None


def _core_wait_ns(task: Path) -> int:
    return int((task / "schedstat").read_text().split()[1])


def _difference(after: float | None, before: float | None) -> float | None:
    if after is None or before is None:
        return None
    return max(after - before, 0.0)  # a thread that ended takes its share along
