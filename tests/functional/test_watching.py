"""Real programs whose cost is known, watched."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from bench.execution.watching.linux_processes import LinuxProcesses
from bench.execution.watching.portable_processes import PortableProcesses
from bench.execution.watching.process_reading import read_clocks, read_processes
from bench.execution.watching.process_source import ProcessSource, find_tree
from bench.execution.watching.watcher import Watcher
from bench.model.reading import ProcessReading, ReadingLine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what is watched is Linux's")

MIB = 1 << 20

BURN = """
import sys, threading, time

def burn(seconds):
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass

def burn_in_threads(count, seconds):
    threads = [threading.Thread(target=burn, args=(seconds,)) for _ in range(count)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""
"""CPU time is burnt until the thread's own clock says so, however busy the machine is."""


class Program:
    """A Python program that says a line at a time and goes on when it is told to."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.pid = process.pid
        self._process = process

    def hear(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the program ended"
        return line.strip()

    def go_on(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()


@contextmanager
def running(code: str) -> Iterator[Program]:
    """Run a program; it is to end, with its children, when its standard input does."""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Program(process)
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=30)
        finally:
            process.kill()


def read(source: ProcessSource, *roots: int) -> ProcessReading:
    pids = find_tree(source, set(roots))
    return read_processes(source, "target", pids, read_clocks(source, pids), slow=True)


@pytest.fixture
def source() -> ProcessSource:
    return LinuxProcesses()


def test_the_cpu_clock_counts_all_threads_ended_ones_included(source: ProcessSource) -> None:
    code = f"""{BURN}
burn_in_threads(4, 0.2)
print(time.process_time(), flush=True)
sys.stdin.readline()
"""
    with running(code) as program:
        itself_s = float(program.hear())
        cpu_s = read(source, program.pid).cpu_s

    assert cpu_s is not None
    assert cpu_s >= itself_s >= 0.8
    assert cpu_s == pytest.approx(itself_s, abs=0.05)


def test_the_cpu_clock_counts_threads_that_are_still_at_it(source: ProcessSource) -> None:
    code = f"""{BURN}
done = [threading.Event() for _ in range(4)]
def burn_and_stay(event):
    burn(0.2); event.set(); stay.wait()
stay = threading.Event()
for event in done: threading.Thread(target=burn_and_stay, args=(event,)).start()
for event in done: event.wait()
print("burnt", flush=True)
sys.stdin.readline()
stay.set()
"""
    with running(code) as program:
        program.hear()
        reading = read(source, program.pid)

    assert reading.threads == 5
    assert reading.cpu_s is not None
    assert reading.cpu_s >= 0.8


def test_context_switches_are_summed_over_threads(source: ProcessSource) -> None:
    code = """
import sys, threading, time
stay, done = threading.Event(), [threading.Event() for _ in range(8)]
def nap(event):
    for _ in range(200): time.sleep(0.0005)
    event.set(); stay.wait()
for event in done: threading.Thread(target=nap, args=(event,)).start()
for event in done: event.wait()
print("napped", flush=True)
sys.stdin.readline()
stay.set()
"""
    with running(code) as program:
        program.hear()
        reading = read(source, program.pid)
        main_thread_alone = psutil.Process(program.pid).num_ctx_switches().voluntary

    assert reading.voluntary_switches is not None
    assert reading.involuntary_switches is not None
    assert reading.voluntary_switches >= 8 * 200
    assert main_thread_alone < 8 * 200


FORKS_FROM_A_THREAD = f"""{BURN}
import os, sys, threading
block = bytearray(os.urandom(1)) * (40 * {MIB})
def fork():
    for _ in range(2):
        if os.fork() == 0:
            burn(0.2)
            os.write(1, b"%d\\n" % os.getpid())  # whole lines, whoever else writes
            sys.stdin.read()
            os._exit(0)
    stay.wait()
stay = threading.Event()
threading.Thread(target=fork, daemon=True).start()
sys.stdin.read()
os.wait(); os.wait()
"""


@pytest.mark.parametrize("make", [LinuxProcesses, PortableProcesses])
def test_children_of_any_thread_belong_to_the_tree(make: type[ProcessSource]) -> None:
    with running(FORKS_FROM_A_THREAD) as program:
        children = {int(program.hear()), int(program.hear())}
        reading = read(make(), program.pid)

    assert set(reading.pids) == {program.pid, *children}
    assert reading.cpu_s is not None
    assert reading.cpu_s >= 0.4


def test_pss_counts_shared_pages_once_where_rss_counts_them_for_each(
    source: ProcessSource,
) -> None:
    with running(FORKS_FROM_A_THREAD) as program:
        program.hear(), program.hear()
        reading = read(source, program.pid)

    assert reading.rss_bytes is not None
    assert reading.pss_bytes is not None
    assert reading.uss_bytes is not None
    assert reading.rss_bytes > 3 * 40 * MIB
    assert 40 * MIB < reading.pss_bytes < 2 * 40 * MIB
    assert reading.uss_bytes < 40 * MIB


def test_a_process_with_very_many_threads_has_its_children_found(source: ProcessSource) -> None:
    code = """
import subprocess, sys, threading
stay = threading.Event()
threading.stack_size(65536)
for _ in range(300): threading.Thread(target=stay.wait, daemon=True).start()
child = subprocess.Popen(["cat"], stdout=subprocess.DEVNULL)
print(child.pid, flush=True)
sys.stdin.read()
child.wait()
"""
    with running(code) as program:
        child = int(program.hear())
        reading = read(source, program.pid)

    assert set(reading.pids) == {program.pid, child}
    assert reading.threads == 302


def test_open_files_are_counted(source: ProcessSource) -> None:
    code = """
import os, sys
kept = [os.open(os.devnull, os.O_RDONLY) for _ in range(50)]
print("open", flush=True)
sys.stdin.read()
"""
    with running(code) as program:
        program.hear()
        fds = read(source, program.pid).fds
        listed = len(list(Path(f"/proc/{program.pid}/fd").iterdir()))

    assert fds == listed
    assert fds > 50


@pytest.mark.parametrize("make", [LinuxProcesses, PortableProcesses])
def test_a_process_that_ended_since_it_was_listed_does_no_harm(make: type[ProcessSource]) -> None:
    source = make()
    with running("import sys; print('here', flush=True); sys.stdin.read()") as program:
        program.hear()
        pids = find_tree(source, {program.pid})

    reading = read_processes(source, "target", pids, read_clocks(source, pids), slow=True)

    assert pids == (program.pid,)
    assert reading.pids == ()
    assert reading.cpu_s is None
    assert source.children(program.pid) is None
    assert source.slow_look(program.pid) is None


@pytest.mark.parametrize("make", [LinuxProcesses, PortableProcesses])
def test_a_zombie_is_no_living_process(make: type[ProcessSource]) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    try:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert read(make(), child.pid).pids == ()
    finally:
        child.wait()


@contextmanager
def as_another_user() -> Iterator[None]:
    if os.getuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_what_another_users_process_hides_is_none_and_the_rest_is_told(
    source: ProcessSource,
) -> None:
    with as_another_user():
        reading = read_processes(source, "services", (1,), read_clocks(source, (1,)), slow=True)

    assert reading.pids == (1,)
    assert reading.pss_bytes is None
    assert reading.uss_bytes is None
    assert reading.cpu_s is not None
    assert reading.rss_bytes is not None
    assert reading.threads is not None


def test_what_is_burnt_between_the_edges_is_what_the_readings_say() -> None:
    code = f"""{BURN}
import os
burn_in_threads(2, 0.1)
print("warm", flush=True)
sys.stdin.readline()
before = time.process_time()
burn_in_threads(4, 0.2)
print(time.process_time() - before, flush=True)
sys.stdin.readline()
"""
    lines: list[ReadingLine] = []

    async def watch(program: Program) -> float:
        watcher = Watcher({"target": lambda: (program.pid,)}, lines.extend)
        async with watcher.watching():
            watcher.set_step(0)
            await watcher.read_edge("opens", time.monotonic() + 0.2)
            program.go_on()
            burnt_s = float(await asyncio.to_thread(program.hear))
            await watcher.read_edge("closes", time.monotonic() + 0.2)
        return burnt_s

    with running(code) as program:
        program.hear()
        burnt_s = asyncio.run(watch(program))

    opens, closes = (
        next(line for line in lines if line.edge == edge and isinstance(line, ProcessReading))
        for edge in ("opens", "closes")
    )
    assert opens.cpu_s is not None
    assert closes.cpu_s is not None
    assert burnt_s >= 0.8
    assert closes.cpu_s - opens.cpu_s == pytest.approx(burnt_s, abs=0.05)
    assert closes.t_s > opens.t_s
    assert any(line.type == "machine" and line.edge == "opens" for line in lines)
    assert any(line.edge is None and line.step == 0 for line in lines)


def test_the_harness_does_not_count_what_it_started_for_others() -> None:
    async def watch(pid: int) -> tuple[ReadingLine, ...]:
        watcher = Watcher({"harness": lambda: (os.getpid(),), "target": lambda: (pid,)}, list)
        return await watcher.read_edge("opens", 0.0)

    with running("import sys; print('here', flush=True); sys.stdin.read()") as program:
        program.hear()
        readings = asyncio.run(watch(program.pid))

    pids = {line.subject: line.pids for line in readings if isinstance(line, ProcessReading)}
    assert pids == {"harness": (os.getpid(),), "target": (program.pid,)}
