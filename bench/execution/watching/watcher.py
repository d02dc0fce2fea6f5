"""Watch a trial's process trees and the machine, on the same clock as the load."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

from bench.execution.watching.machine_reading import Machine
from bench.execution.watching.process_reading import Clock
from bench.execution.watching.process_source import ProcessSource, source_of_this_system
from bench.execution.watching.watched_tree import THOROUGH_INTERVAL_S, Roots, WatchedTree
from bench.model.reading import Edge, ProcessReading, ReadingLine, Subject

Sink = Callable[[Sequence[ReadingLine]], None]

_TARGET_INTERVAL_S: Final = 0.1
_OTHERS_INTERVAL_S: Final = 1.0

_EDGE_LEAD_S: Final = 0.1
"""The trees are found anew this long before an edge, so that at the edge only clocks are read."""


class Watcher:
    """Poll the target ten times a second, all else once, and everything at the window's edges.

    Args:
        roots: by subject, where its process tree starts. A tree ends where another subject's
            begins, so that the harness may name itself and not count what it started for others.
        sink: takes readings in the order in which they were taken; called on the event loop.
        source: how processes are read; default: the best that this system has.
        machine: how the machine is read.
        clock: the machine's monotonic clock.
        sleep: how to wait for it.
    """

    def __init__(
        self,
        roots: Mapping[Subject, Roots],
        sink: Sink,
        *,
        source: ProcessSource | None = None,
        machine: Machine | None = None,
        clock: Clock = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._sink = sink
        self._clock = clock
        self._sleep = sleep
        self._machine = machine or Machine(clock=clock)
        self._machine_due_s = clock()
        self._step: int | None = None
        self._edge_at_s: float | None = None
        self._slow_reads = asyncio.Lock()
        source = source or source_of_this_system()
        self._trees = {
            subject: WatchedTree(
                subject,
                starts,
                interval_s=_TARGET_INTERVAL_S if subject == "target" else _OTHERS_INTERVAL_S,
                slow=subject == "target",
                source=source,
                clock=clock,
            )
            for subject, starts in roots.items()
        }

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[Watcher]:
        """Watch in the background until the block ends; raise what went wrong in it then."""
        task = asyncio.create_task(self.watch())
        try:
            yield self
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def watch(self) -> None:
        """Poll until cancelled."""
        while True:
            lines = await self._poll()
            if lines:
                self._sink(lines)
            await self._sleep_until(self._next_due_s())

    def set_step(self, step: int | None) -> None:
        """Name the step that readings belong to from now on."""
        self._step = step

    async def read_edge(self, edge: Edge, at_s: float) -> tuple[ReadingLine, ...]:
        """Read everything at an edge of the window; hand it to the sink, and return it too.

        The CPU clocks of all subjects are read at `at_s`, and then what takes longer.

        Args:
            edge: which edge it is.
            at_s: when it is, on the monotonic clock; if that is over, now.
        """
        self._edge_at_s = at_s
        try:
            await self._sleep_until(at_s - _EDGE_LEAD_S)
            await self._find_trees()
            await self._sleep_until(at_s)
            lines = await self._read_all(edge)
        finally:
            self._edge_at_s = None
        self._sink(lines)
        return tuple(lines)

    def latest(self, subject: Subject) -> ProcessReading | None:
        """Return the last reading of a subject; None before the first."""
        tree = self._trees.get(subject)
        return None if tree is None else tree.latest

    def cpu_ratio(self, subject: Subject) -> float | None:
        """Return how many cores a subject used between its last two polls; None before that."""
        tree = self._trees.get(subject)
        return None if tree is None else tree.cpu_ratio

    async def _poll(self) -> list[ReadingLine]:
        lines: list[ReadingLine] = []
        now_s = self._clock()
        if self._machine_due_s <= now_s:
            lines.append(self._machine.read(self._step))
            self._machine_due_s = now_s + _OTHERS_INTERVAL_S
        for tree, roots, apart in self._present():
            if tree.due_s > now_s:
                continue
            if tree.wants_thorough_look() and not self._edge_is_near(now_s):
                async with self._slow_reads:
                    look = tree.look_thoroughly
                    lines.append(await asyncio.to_thread(look, self._step, roots, apart))
            else:
                lines.append(tree.look_quickly(self._step))
        return lines

    async def _find_trees(self) -> None:
        for tree, roots, apart in self._present():
            await asyncio.to_thread(tree.find, roots, apart)

    async def _read_all(self, edge: Edge) -> list[ReadingLine]:
        step = self._step
        clocks = [(tree, tree.read_clocks()) for tree, _, _ in self._present()]
        lines: list[ReadingLine] = [self._machine.read(step, edge)]
        async with self._slow_reads:
            for tree, read in clocks:
                lines.append(await asyncio.to_thread(tree.read, read, step, edge=edge, slow=True))
                tree.put_off()
        return lines

    def _present(self) -> list[tuple[WatchedTree, frozenset[int], frozenset[int]]]:
        """List the trees that have roots, with these and those of all others.

        Asked for on the event loop, where whoever answers keeps its processes.
        """
        roots = {tree: frozenset(tree.roots()) for tree in self._trees.values()}
        everyone = frozenset[int]().union(*roots.values())
        return [(tree, own, everyone - own) for tree, own in roots.items() if own]

    def _edge_is_near(self, now_s: float) -> bool:
        """Tell whether an edge, where all is read anyway, comes before the next thorough look."""
        return self._edge_at_s is not None and self._edge_at_s - now_s < THOROUGH_INTERVAL_S

    def _next_due_s(self) -> float:
        trees = [tree for tree, _, _ in self._present()]
        return min([self._machine_due_s, *(tree.due_s for tree in trees)])

    async def _sleep_until(self, at_s: float) -> None:
        await self._sleep(max(at_s - self._clock(), 0.0))
