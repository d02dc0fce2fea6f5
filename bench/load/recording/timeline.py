"""The timeline of a step: which second and which phase a moment belongs to."""

from __future__ import annotations

from math import floor, inf
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Phase = Literal["warm-up", "window", "drain"]

_PHASES: Final[tuple[Phase, ...]] = ("warm-up", "window", "drain")
_EDGES: Final = len(_PHASES)


class Cell(NamedTuple):
    """Where on a step's timeline a line of `slices.jsonl` belongs."""

    slice: int
    phase: Phase


class Timeline:
    """Whole seconds since the step's origin, and the window, once it is known.

    Until the window is announced, every moment is warm-up; its opening lies in the future when it
    is announced, so nothing that was written has to be taken back.
    """

    def __init__(self, origin_s: float) -> None:
        self.origin_s = origin_s
        self.opens_s = inf
        self.closes_s = inf

    def announce_window(self, opens_s: float, closes_s: float) -> None:
        """Note when the window opens and closes."""
        self.opens_s = opens_s
        self.closes_s = closes_s

    @property
    def has_window(self) -> bool:
        """Whether a window was announced."""
        return self.closes_s < inf

    def holds(self, moment_s: float) -> bool:
        """Return whether a moment lies in the window."""
        return self.opens_s <= moment_s < self.closes_s

    def cell(self, moment_s: float) -> Cell:
        """Return the second and the phase of a moment.

        >>> timeline = Timeline(100.0)
        >>> timeline.announce_window(102.5, 104.0)
        >>> timeline.cell(102.4), timeline.cell(102.5)
        (Cell(slice=2, phase='warm-up'), Cell(slice=2, phase='window'))
        """
        phase = _PHASES[(moment_s >= self.opens_s) + (moment_s >= self.closes_s)]
        return Cell(max(floor(moment_s - self.origin_s), 0), phase)

    def codes(self, moments_s: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the cells of many moments at once, each as one number; see `decode`."""
        seconds = np.maximum(np.floor(moments_s - self.origin_s), 0).astype(np.int64)
        edges_passed: Any = (moments_s >= self.opens_s).astype(np.int64)
        edges_passed += moments_s >= self.closes_s
        codes: NDArray[np.int64] = seconds * _EDGES + edges_passed
        return codes

    @staticmethod
    def decode(code: int) -> Cell:
        """Return the cell that a number of `codes` stands for."""
        second, edges_passed = divmod(code, _EDGES)
        return Cell(second, _PHASES[edges_passed])

    def next_edge_s(self, now_s: float) -> float:
        """Return when the present cell ends."""
        second_ends_s = self.origin_s + floor(now_s - self.origin_s) + 1
        edges = (edge_s for edge_s in (self.opens_s, self.closes_s) if edge_s > now_s)
        return min(second_ends_s, *edges, inf)
