"""Measure one contender once: load, warm-up, window; counted by the server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import psutil

from bench.errors import MeasurementError
from bench.model.record import Record
from benchmarks.contenders import Contender, Load
from benchmarks.figures import Figures
from benchmarks.ground import Ground, without_paths
from benchmarks.options import Options
from benchmarks.servers import Server
from benchmarks.status_page import Count

_BEGINS_WITHIN_S: Final = 120.0
"""Ten thousand connections take a while."""
_POLL_S: Final = 0.05
_KIBIBYTE: Final = 1024


class Measured(Record):
    """One contender in one round."""

    round: int
    place: int
    """In the order of its round."""
    contender: str
    command: tuple[str, ...]
    """Without the paths of this machine."""
    window_s: float
    """Between the two readings of the server's counter."""
    served: int
    """Requests that the server counted in between."""
    served_per_s: float
    connections: int
    """Open at the server when the window opened."""
    accepted: int
    """Connections that the server accepted from the contender until the window closed."""
    generator_cpu_ratio: float
    """CPU seconds per second of the window: 1 is one core."""
    server_cpu_ratio: float
    generator_peak_rss_bytes: int | None
    """The most memory that the generator's process ever held; None where the system can't say."""
    own: Figures
    """What the tool says itself; see its parser for the part of the run that this covers."""


async def measure(
    contender: Contender,
    server: Server,
    ground: Ground,
    options: Options,
    *,
    round_: int,
    place: int,
) -> Measured:
    """Load a server with one contender, and count over a window.

    Raises:
        MeasurementError: the load did not begin.
    """
    before = await server.status.read()
    async with contender.load(ground, server.url, options) as load:
        await _wait_for_connections(server, before, load, options.users)
        opens_s = time.monotonic() + options.warm_up_s
        await load.announce(opens_s, opens_s + options.window_s)
        opened, busy_from_s = await _count_at(opens_s, server, load)
        closed, busy_to_s = await _count_at(opens_s + options.window_s, server, load)
        peak_rss_bytes = read_peak_rss_bytes(load.process.pid)
        own = await load.finish()
        command = without_paths(load.process.spec.argv, ground.folder)
    window_s = closed.t_s - opened.t_s
    return Measured(
        round=round_,
        place=place,
        contender=contender.name,
        command=command,
        window_s=window_s,
        served=closed.requests - opened.requests,
        served_per_s=(closed.requests - opened.requests) / window_s,
        connections=opened.active,
        accepted=closed.accepted - before.accepted,
        generator_cpu_ratio=(busy_to_s[0] - busy_from_s[0]) / window_s,
        server_cpu_ratio=(busy_to_s[1] - busy_from_s[1]) / window_s,
        generator_peak_rss_bytes=peak_rss_bytes,
        own=own,
    )


def read_peak_rss_bytes(
    pid: int, read: Callable[[int], str] = lambda pid: Path(f"/proc/{pid}/status").read_text()
) -> int | None:
    r"""Return the most memory that a process ever held, as the kernel noted it (VmHWM).

    >>> read_peak_rss_bytes(1, lambda _: "VmPeak: 9 kB\nVmHWM:\t  2048 kB\n")
    2097152
    """
    try:
        lines = read(pid).splitlines()
    except OSError:
        return None
    marks = (line.split() for line in lines if line.startswith("VmHWM:"))
    return next((int(words[1]) * _KIBIBYTE for words in marks), None)


async def _wait_for_connections(server: Server, before: Count, load: Load, users: int) -> None:
    """Wait until each user has connected, as the server sees it, and has sent something."""
    give_up_at_s = time.monotonic() + _BEGINS_WITHIN_S
    while time.monotonic() < give_up_at_s:
        now = await server.status.read()
        if now.accepted - before.accepted >= users and now.requests > before.requests:
            return
        if load.process.returncode is not None:
            break
        await asyncio.sleep(_POLL_S)
    raise MeasurementError(
        f"{load.process.spec.name} did not open {users} connections and send on them within "
        f"{_BEGINS_WITHIN_S:g} s.",
        evidence=load.process.log_tail(),
    )


async def _count_at(
    moment_s: float, server: Server, load: Load
) -> tuple[Count, tuple[float, float]]:
    await asyncio.sleep(max(moment_s - time.monotonic(), 0.0))
    count = await server.status.read()
    return count, (_cpu_s(load.process.pid), _cpu_s(server.process.pid))


def _cpu_s(pid: int) -> float:
    """Return the CPU seconds that a process and its children have used."""
    try:
        leader = psutil.Process(pid)
        times = [process.cpu_times() for process in (leader, *leader.children(recursive=True))]
    except psutil.NoSuchProcess:
        raise MeasurementError(
            f"The process {pid} ended while it was being measured.",
            hint="Its log was in the benchmark's temporary folder; run its command by hand.",
        ) from None
    return float(sum(time_.user + time_.system for time_ in times))
