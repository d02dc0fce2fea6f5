from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from bench.execution.watching.linux_processes import parse_status, parse_switches
from bench.execution.watching.process_reading import (
    ClockReading,
    cpu_ratio_between,
    read_clocks,
    read_processes,
)
from bench.execution.watching.process_source import QuickLook, SlowLook, find_tree
from bench.model.reading import ProcessReading


def quick(
    rss: int | None = 100, vms: int | None = 1000, threads: int | None = 2, fds: int | None = 3
) -> QuickLook:
    return QuickLook(rss_bytes=rss, vms_bytes=vms, threads=threads, fds=fds)


def slow(pss: int | None = 50, uss: int | None = 40, switches: int | None = 7) -> SlowLook:
    return SlowLook(pss, uss, switches, switches)


@dataclass
class FakeProcess:
    children: tuple[int, ...] | None = ()
    cpu_s: float | None = 1.0
    quick: QuickLook | None = field(default_factory=quick)
    slow: SlowLook | None = field(default_factory=slow)


GONE = FakeProcess(children=None, cpu_s=None, quick=None, slow=None)


class FakeProcesses:
    def __init__(self, processes: dict[int, FakeProcess]) -> None:
        self._processes = processes

    def children(self, pid: int) -> tuple[int, ...] | None:
        return self._processes.get(pid, GONE).children

    def cpu_clock_s(self, pid: int) -> float | None:
        return self._processes.get(pid, GONE).cpu_s

    def quick_look(self, pid: int) -> QuickLook | None:
        return self._processes.get(pid, GONE).quick

    def slow_look(self, pid: int) -> SlowLook | None:
        return self._processes.get(pid, GONE).slow


def read(processes: dict[int, FakeProcess], *, slowly: bool = False) -> ProcessReading:
    source = FakeProcesses(processes)
    pids = tuple(processes)
    clocks = read_clocks(source, pids, clock=lambda: 5.0)
    return read_processes(source, "target", pids, clocks, slow=slowly, clock=lambda: 5.0)


def ticking(step_s: float) -> Iterator[float]:
    now_s = 0.0
    while True:
        yield now_s
        now_s += step_s


def test_a_tree_is_its_roots_and_all_below_them() -> None:
    source = FakeProcesses(
        {1: FakeProcess((4, 2)), 2: FakeProcess((3,)), 3: FakeProcess(), 4: FakeProcess()}
    )

    assert find_tree(source, {1}) == (1, 2, 3, 4)
    assert find_tree(source, {2, 4}) == (2, 3, 4)


def test_a_process_below_two_roots_is_counted_once() -> None:
    source = FakeProcesses({1: FakeProcess((2,)), 2: FakeProcess()})

    assert find_tree(source, {1, 2}) == (1, 2)


def test_a_tree_ends_where_that_of_another_subject_begins() -> None:
    source = FakeProcesses({1: FakeProcess((2, 3)), 2: FakeProcess((4,)), 3: FakeProcess()})

    assert find_tree(source, {1}, apart={2}) == (1, 3)


def test_processes_that_are_gone_are_in_no_tree() -> None:
    assert find_tree(FakeProcesses({1: FakeProcess((2,))}), {1, 9}) == (1,)


def test_a_reading_sums_over_the_tree() -> None:
    reading = read({1: FakeProcess(cpu_s=1.5), 2: FakeProcess(cpu_s=2.0)}, slowly=True)

    assert reading.pids == (1, 2)
    assert reading.cpu_s == 3.5
    assert (reading.rss_bytes, reading.vms_bytes, reading.threads, reading.fds) == (200, 2000, 4, 6)
    assert (reading.pss_bytes, reading.uss_bytes) == (100, 80)
    assert (reading.voluntary_switches, reading.involuntary_switches) == (14, 14)


def test_a_quick_reading_leaves_out_what_is_dear() -> None:
    reading = read({1: FakeProcess()})

    assert reading.rss_bytes == 100
    assert reading.pss_bytes is None
    assert reading.voluntary_switches is None


def test_a_sum_that_lacks_a_part_is_none_and_the_others_stand() -> None:
    another_users = FakeProcess(quick=quick(fds=None), slow=slow(pss=None, uss=None))

    reading = read({1: FakeProcess(), 2: another_users}, slowly=True)

    assert reading.fds is None
    assert reading.pss_bytes is None
    assert reading.rss_bytes == 200
    assert reading.voluntary_switches == 14


@pytest.mark.parametrize(
    "ended",
    [GONE, FakeProcess(quick=None), FakeProcess(slow=None), FakeProcess(cpu_s=9.0, quick=None)],
)
def test_a_process_that_ends_between_listing_and_reading_is_left_out(ended: FakeProcess) -> None:
    reading = read({1: FakeProcess(cpu_s=1.5), 2: ended}, slowly=True)

    assert reading.pids == (1,)
    assert reading.cpu_s == 1.5
    assert reading.pss_bytes == 50


def test_a_tree_that_is_gone_has_no_numbers() -> None:
    reading = read({1: GONE}, slowly=True)

    assert reading.pids == ()
    assert reading.cpu_s is None
    assert reading.rss_bytes is None
    assert reading.threads is None


def test_a_living_process_without_a_clock_leaves_the_sum_unknown() -> None:
    assert read({1: FakeProcess(), 2: FakeProcess(cpu_s=None)}).cpu_s is None


def test_a_reading_bears_the_time_of_its_clocks_and_the_cost_of_all_of_it() -> None:
    source = FakeProcesses({1: FakeProcess()})
    times = ticking(0.25)

    clocks = read_clocks(source, (1,), clock=lambda: next(times))
    next(times)  # what lies between clocks and looks is no cost of the poll
    reading = read_processes(source, "target", (1,), clocks, clock=lambda: next(times))

    assert reading.t_s == 0.0
    assert reading.cost_s == 0.5


def test_the_ratio_of_cores_in_use_counts_processes_in_both_readings() -> None:
    before = ClockReading(1.0, {1: 5.0, 2: 3.0}, cost_s=0)
    after = ClockReading(1.5, {1: 5.25, 3: 7.0}, cost_s=0)

    assert cpu_ratio_between(before, after) == 0.5


def test_there_is_no_ratio_without_time_or_processes_in_between() -> None:
    reading = ClockReading(1.0, {1: 5.0}, cost_s=0)

    assert cpu_ratio_between(reading, reading) is None
    assert cpu_ratio_between(reading, ClockReading(2.0, {2: 1.0}, cost_s=0)) is None


@pytest.mark.parametrize("state", ["Z (zombie)", "X (dead)"])
def test_a_zombie_has_ended(state: str) -> None:
    assert parse_status(f"Name:\tx\nState:\t{state}\nThreads:\t1\n".encode(), fds=0) is None


def test_a_name_that_looks_like_a_field_is_no_field() -> None:
    text = b"Name:\tVmRSS: 7\nState:\tR (running)\nVmSize:\t8 kB\nVmRSS:\t 4 kB\nThreads:\t1\n"

    assert parse_status(text, fds=None) == quick(rss=4096, vms=8192, threads=1, fds=None)


def test_switches_are_found_before_the_fields_that_some_machines_add() -> None:
    text = b"x:\t1\nvoluntary_ctxt_switches:\t7\nnonvoluntary_ctxt_switches:\t2\nx86_features:\t\n"

    assert parse_switches(text) == (7, 2)
    assert parse_switches(b"x:\t1\n") is None
