from __future__ import annotations

from pathlib import Path

import pytest

from bench.execution.watching.machine_reading import (
    CpuTimes,
    Machine,
    parse_cpu_times,
    parse_swapped_pages,
    read_cpu_times,
)


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")


def test_guests_are_not_counted_twice_and_waiting_is_not_busy() -> None:
    times = parse_cpu_times("cpu  100 10 50 800 30 5 5 20 7 0\ncpu0 1 2 3 4 5 6 7 8 9 0", 100)

    assert times == CpuTimes(busy_s=1.7, steal_s=0.2, total_s=10.2)


@pytest.mark.parametrize("text", ["", "cpu", "cpu0 1 2 3 4 5 6 7 8", "cpu a b c d e f g h"])
def test_what_is_no_stat_file_tells_nothing(text: str) -> None:
    assert parse_cpu_times(text, 100) is None


def test_pages_in_and_out_are_both_swapping() -> None:
    assert parse_swapped_pages("nr_free_pages 9\npswpin 3\npswpout 4\n") == 7
    assert parse_swapped_pages("nr_free_pages 9") is None


def test_a_machine_is_read_with_its_own_groups_throttling(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "proc/stat": "cpu 100 0 0 0 0 0 0 50",
            "proc/vmstat": "pswpin 1\npswpout 1",
            "proc/self/cgroup": "0::/job",
            "proc/self/mountinfo": "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw",
            "sys/fs/cgroup/job/cpu.stat": "throttled_usec 2000000",
        },
    )

    reading = Machine(tmp_path, clock=lambda: 12.5).read(step=3, edge="opens")

    assert (reading.t_s, reading.step, reading.edge) == (12.5, 3, "opens")
    assert reading.steal_s == pytest.approx(reading.busy_s / 2)
    assert reading.swapped_pages == 2
    assert reading.throttled_s == 2.0


def test_a_machine_without_proc_tells_how_busy_it_is_and_nothing_else(tmp_path: Path) -> None:
    reading = Machine(tmp_path).read()

    assert reading.busy_s > 0
    assert reading.steal_s is None
    assert reading.swapped_pages is None
    assert reading.throttled_s is None
    assert read_cpu_times(tmp_path).total_s > reading.busy_s
