from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bench.execution.watching.machine_reading import Machine
from bench.execution.watching.process_source import QuickLook, SlowLook
from bench.execution.watching.watcher import Watcher
from bench.model.reading import MachineReading, ProcessReading, ReadingLine, Subject


class FakeTime:
    """A clock that only moves when it is told to."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def clock(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        wakes: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now_s + seconds, id(wakes), wakes))
        await wakes

    async def pass_until(self, at_s: float) -> None:
        await settle()
        while self._sleepers and self._sleepers[0][0] <= at_s:
            wakes_s, _, sleeper = heapq.heappop(self._sleepers)
            self.now_s = max(self.now_s, wakes_s)
            if not sleeper.done():
                sleeper.set_result(None)
            await settle()
        self.now_s = max(self.now_s, at_s)


async def settle() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


class InlineExecutor(ThreadPoolExecutor):
    """Do at once, on the event loop, what is to be done beside it."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class FakeProcesses:
    """Processes that use `cores` each; a slow look takes `slow_cost_s`."""

    def __init__(self, time: FakeTime, tree: dict[int, tuple[int, ...]]) -> None:
        self.tree = tree
        self.cores = 0.5
        self.slow_cost_s = 0.0
        self.clocks_read_at_s: list[float] = []
        self._time = time

    def children(self, pid: int) -> tuple[int, ...] | None:
        return self.tree.get(pid)

    def cpu_clock_s(self, pid: int) -> float | None:
        self.clocks_read_at_s.append(self._time.now_s)
        return self._time.now_s * self.cores if pid in self.tree else None

    def quick_look(self, pid: int) -> QuickLook | None:
        return QuickLook(100, 1000, 1, 3) if pid in self.tree else None

    def slow_look(self, pid: int) -> SlowLook | None:
        self._time.now_s += self.slow_cost_s
        return SlowLook(50, 40, 7, 7) if pid in self.tree else None


class Scene:
    """A watcher of fakes: target 10 with its worker 11, generator 20, the harness 1 above all."""

    def __init__(self, tmp_path: Path) -> None:
        self.time = FakeTime()
        self.source = FakeProcesses(self.time, {1: (10, 20), 10: (11,), 11: (), 20: ()})
        self.lines: list[ReadingLine] = []
        self.services: tuple[int, ...] = ()
        self.watcher = Watcher(
            {
                "target": lambda: (10,),
                "generator": lambda: (20,),
                "services": lambda: self.services,
                "harness": lambda: (1,),
            },
            self.lines.extend,
            source=self.source,
            machine=Machine(tmp_path, clock=self.time.clock),
            clock=self.time.clock,
            sleep=self.time.sleep,
        )

    def of(self, subject: Subject) -> list[ProcessReading]:
        return [
            line
            for line in self.lines
            if isinstance(line, ProcessReading) and line.subject == subject
        ]


def run(story: Callable[[Scene], Awaitable[None]], tmp_path: Path) -> Scene:
    scene = Scene(tmp_path)

    async def main() -> None:
        asyncio.get_running_loop().set_default_executor(InlineExecutor(max_workers=1))
        async with scene.watcher.watching():
            await story(scene)

    asyncio.run(main())
    return scene


async def watch_three_seconds(scene: Scene) -> None:
    await scene.time.pass_until(102.95)


def test_the_target_is_polled_ten_times_a_second_and_all_else_once(tmp_path: Path) -> None:
    scene = run(watch_three_seconds, tmp_path)

    assert len(scene.of("target")) == 30
    assert len(scene.of("generator")) == 3
    assert len([line for line in scene.lines if isinstance(line, MachineReading)]) == 3


def test_what_is_dear_is_read_once_a_second_and_of_the_target_alone(tmp_path: Path) -> None:
    scene = run(watch_three_seconds, tmp_path)

    assert len([line for line in scene.of("target") if line.pss_bytes is not None]) == 3
    assert all(line.pss_bytes is None for line in scene.of("generator"))


def test_what_is_very_dear_is_read_less_often(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        scene.source.slow_cost_s = 0.15  # of two processes: 0.3 s, so every 6.3 s
        await scene.time.pass_until(112)

    scene = run(story, tmp_path)

    assert len([line for line in scene.of("target") if line.pss_bytes is not None]) == 2


def test_a_tree_ends_where_another_subjects_begins(tmp_path: Path) -> None:
    scene = run(watch_three_seconds, tmp_path)

    assert scene.of("target")[0].pids == (10, 11)
    assert scene.of("harness")[0].pids == (1,)


def test_workers_that_come_later_are_found_within_a_second(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        await scene.time.pass_until(100.5)
        scene.source.tree |= {10: (11, 12), 12: ()}
        await scene.time.pass_until(101.5)

    assert run(story, tmp_path).of("target")[-1].pids == (10, 11, 12)


def test_a_subject_without_processes_has_no_readings(tmp_path: Path) -> None:
    assert run(watch_three_seconds, tmp_path).of("services") == []


def test_a_service_that_starts_later_is_read_from_then_on(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        await scene.time.pass_until(101.5)
        scene.source.tree[30] = ()
        scene.services = (30,)
        await scene.time.pass_until(103.5)

    assert [line.pids for line in run(story, tmp_path).of("services")] == [(30,), (30,)]


def test_a_target_that_died_is_read_as_nothing(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        await scene.time.pass_until(100.5)
        del scene.source.tree[10], scene.source.tree[11]
        await scene.time.pass_until(101.5)

    last = run(story, tmp_path).of("target")[-1]

    assert last.pids == ()
    assert last.cpu_s is None


def test_readings_bear_the_step_under_way(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        await scene.time.pass_until(100.55)
        scene.watcher.set_step(4)
        await scene.time.pass_until(100.95)
        scene.watcher.set_step(None)
        await scene.time.pass_until(101.05)

    steps = [line.step for line in run(story, tmp_path).of("target")]

    assert steps == [None] * 6 + [4] * 4 + [None]


def test_the_live_view_sees_the_cores_in_use_since_the_last_poll(tmp_path: Path) -> None:
    scene = run(watch_three_seconds, tmp_path)

    latest = scene.watcher.latest("target")
    assert latest is not None
    assert latest.t_s == pytest.approx(102.9)
    assert scene.watcher.cpu_ratio("target") == pytest.approx(
        1.0
    )  # two processes, half a core each
    assert scene.watcher.cpu_ratio("generator") == pytest.approx(0.5)


def test_the_live_view_sees_nothing_of_what_is_not_watched(tmp_path: Path) -> None:
    scene = Scene(tmp_path)

    assert scene.watcher.latest("target") is None
    assert scene.watcher.cpu_ratio("target") is None
    assert scene.watcher.latest("services") is None


async def _read_edge(scene: Scene, at_s: float) -> Sequence[ReadingLine]:
    edge = asyncio.create_task(scene.watcher.read_edge("opens", at_s))
    await scene.time.pass_until(at_s + 2)
    return await edge


def test_at_an_edge_everything_is_read_of_everybody_at_that_time(tmp_path: Path) -> None:
    edges: list[ReadingLine] = []

    async def story(scene: Scene) -> None:
        scene.watcher.set_step(2)
        edges.extend(await _read_edge(scene, 101.25))

    scene = run(story, tmp_path)

    processes = [line for line in edges if isinstance(line, ProcessReading)]
    assert [line.subject for line in processes] == ["target", "generator", "harness"]
    assert [line.type for line in edges].count("machine") == 1
    assert all((line.t_s, line.step, line.edge) == (101.25, 2, "opens") for line in edges)
    assert all(line.pss_bytes is not None for line in processes)
    assert [line for line in scene.lines if line.edge] == edges


def test_at_an_edge_all_clocks_are_read_before_anything_slow(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        scene.source.slow_cost_s = 0.4
        scene.source.clocks_read_at_s.clear()
        await _read_edge(scene, 101.25)

    scene = run(story, tmp_path)

    assert scene.source.clocks_read_at_s.count(101.25) == 4
    assert {line.t_s for line in scene.lines if line.edge} == {101.25}


def test_a_worker_that_came_just_before_the_edge_is_in_its_reading(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        await scene.time.pass_until(101.1)
        scene.source.tree |= {10: (11, 12), 12: ()}
        await _read_edge(scene, 101.25)

    edge = next(line for line in run(story, tmp_path).of("target") if line.edge)

    assert edge.pids == (10, 11, 12)


def test_nothing_dear_is_read_shortly_before_an_edge_nor_shortly_after_it(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        await _read_edge(scene, 101.6)

    dear = [line for line in run(story, tmp_path).of("target") if line.pss_bytes is not None]

    assert [round(line.t_s, 1) for line in dear][:3] == [100.0, 101.6, 102.6]


def test_an_edge_that_is_over_is_read_now(tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        edge = asyncio.create_task(scene.watcher.read_edge("closes", 50.0))
        await scene.time.pass_until(100.05)
        assert (await edge)[0].t_s == 100.0

    run(story, tmp_path)


def test_a_sink_that_fails_is_heard_of(tmp_path: Path) -> None:
    class DiskFullError(Exception):
        pass

    def refuse(_: Sequence[ReadingLine]) -> None:
        raise DiskFullError

    async def main() -> None:
        time = FakeTime()
        watcher = Watcher(
            {"target": lambda: (10,)},
            refuse,
            source=FakeProcesses(time, {10: ()}),
            machine=Machine(tmp_path),
            clock=time.clock,
            sleep=time.sleep,
        )
        async with watcher.watching():
            await asyncio.wait_for(time.pass_until(101), timeout=30)

    with pytest.raises(DiskFullError):
        asyncio.run(main())
