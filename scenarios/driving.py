"""The driver protocol, for experiments that Locust can't express: a driver's side of it.

A driver subclasses `Driver` and says how it builds the load of a step up, and what it then does
again and again until the step ends. It is one process with one thread, on asyncio. What the
protocol asks for is described in docs/reference/driver-protocol.md.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from hdrh.histogram import HdrHistogram

PROGRESS_EVERY_S: Final = 0.5
_LONGEST_US: Final = 3_600_000_000
TARGET: Final = urlsplit(os.environ["PAIRBENCH_TARGET_URL"])
HOST: Final = TARGET.hostname or ""
PORT: Final = TARGET.port or 0


@dataclass
class _Cell:
    """Requests of one second, name and outcome."""

    requests: int = 0
    completed: int = 0
    times: HdrHistogram = field(default_factory=lambda: HdrHistogram(1, _LONGEST_US, 3))


class Driver:
    """One side of the protocol; subclasses do the work of a step."""

    def __init__(self) -> None:
        self._control = socket.socket(fileno=int(os.environ["PAIRBENCH_CONTROL_FD"]))
        self._slices = Path(os.environ["PAIRBENCH_SLICES"])
        self._observations = Path(os.environ["PAIRBENCH_OBSERVATIONS"])
        self._cells: defaultdict[tuple[str, int, str, str, str], _Cell] = defaultdict(_Cell)
        self._step = 0
        self._origin_s = 0.0
        self._window_s = (float("inf"), float("inf"))
        self._problems: list[dict[str, str]] = []
        self._completed = 0
        self._idle = asyncio.Event()
        """Set between two attempts."""

    async def build_up(self, level: float) -> None:
        """Build the load of a step up; return once it is under way, before the window opens."""

    async def attempt(self) -> None:
        """Do once what is done until the step ends; notes and observes what came of it."""
        raise NotImplementedError

    async def tear_down(self) -> None:
        """End the load of a step."""

    def note(
        self, name: str, sent_at_s: float, *, outcome: str = "ok", group: str = "users"
    ) -> None:
        """Note a request that has ended just now."""
        now_s = time.monotonic()
        cell = self._cells[self._phase(sent_at_s), self._slice(sent_at_s), group, name, outcome]
        cell.requests += 1
        cell.times.record_value(max(1, round((now_s - sent_at_s) * 1e6)))
        self._cells[self._phase(now_s), self._slice(now_s), group, name, outcome].completed += 1
        self._completed += 1

    def observe(self, numbers: Mapping[str, tuple[float, str]]) -> None:
        """Observe numbers of this moment: value and unit by name."""
        now_s = time.monotonic()
        with self._observations.open("a") as file:
            for name, (value, unit) in numbers.items():
                line = {"t_s": now_s, "name": name, "value": value, "unit": unit}
                file.write(json.dumps(line) + "\n")

    async def run(self) -> None:
        """Follow the harness's commands until it is told to quit."""
        self._control.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=self._control)
        self._writer = writer
        await self._say("ready")
        while line := await reader.readline():
            command = json.loads(line)
            match command["do"]:
                case "probe":
                    await self._say("answers", answers=None)
                case "start":
                    await self._start(command)
                case "window":
                    await self._hold_window(command)
                case "stop":
                    await self._stop()
                case "quit":
                    return

    async def _start(self, command: dict[str, Any]) -> None:
        self._step = command["step"]
        self._origin_s, self._window_s = time.monotonic(), (float("inf"), float("inf"))
        self._completed = 0
        load = command["load"]
        await self._say("started", step=self._step, t_s=self._origin_s)
        self._telling = asyncio.create_task(self._tell())
        level = float(load.get("users") or load.get("rate"))
        self._built = asyncio.Event()
        self._working = asyncio.create_task(self._work(level))

    async def _work(self, level: float) -> None:
        try:
            await self._repeat(level)
        except Exception as error:
            message = f"{type(error).__name__}: {error}"
            await self._say("error", kind="scenario", message=message)
            raise

    async def _repeat(self, level: float) -> None:
        await self.build_up(level)
        # Each user was answered once, whoever built it up: the harness takes it from there.
        self._completed = max(self._completed, int(level))
        self._built.set()
        while True:
            self._idle.clear()
            await self.attempt()
            self._idle.set()
            await asyncio.sleep(0)

    async def _tell(self) -> None:
        """Tell of progress; none before the load is built up, so that the pilot waits for it."""
        while True:
            await asyncio.sleep(PROGRESS_EVERY_S)
            completed = self._completed if self._built.is_set() else 0
            await self._say("progress", step=self._step, t_s=time.monotonic(), completed=completed)

    async def _hold_window(self, command: dict[str, Any]) -> None:
        self._window_s = (command["opens_at_s"], command["closes_at_s"])
        await sleep_until(command["opens_at_s"])
        if not self._built.is_set():
            detail = "the load was still being built up when the window opened"
            self._problems.append({"code": "no-steady-state", "detail": detail})
        await sleep_until(command["closes_at_s"])
        await self._until_idle(command["deadline_s"])
        await self._say("drained", step=self._step, t_s=time.monotonic(), censored=0)

    async def _until_idle(self, deadline_s: float) -> None:
        """Wait for the attempt that is under way, and raise what it failed with."""
        waiting = asyncio.create_task(self._idle.wait())
        await asyncio.wait(
            {self._working, waiting},
            timeout=max(0.0, deadline_s - time.monotonic()),
            return_when=asyncio.FIRST_COMPLETED,
        )
        waiting.cancel()
        if self._working.done():
            self._working.result()

    async def _stop(self) -> None:
        self._telling.cancel()
        self._working.cancel()
        await asyncio.gather(self._working, return_exceptions=True)
        await self.tear_down()
        self._write_slices()
        problems, self._problems = self._problems, []
        await self._say("stopped", step=self._step, problems=problems, over=None)

    def _write_slices(self) -> None:
        with self._slices.open("a") as file:
            for (phase, number, group, name, outcome), cell in self._cells.items():
                times = cell.times.encode().decode() if cell.requests else None
                line = {
                    "type": "requests",
                    "step": self._step,
                    "phase": phase,
                    "slice": number,
                    "group": group,
                    "name": name,
                    "outcome": outcome,
                    "requests": cell.requests,
                    "completed": cell.completed,
                    "bytes_received": 0,
                    "response_us": times,
                    "service_us": None,
                }
                file.write(json.dumps(line) + "\n")
        self._cells.clear()

    def _phase(self, at_s: float) -> str:
        opens_at_s, closes_at_s = self._window_s
        if at_s < opens_at_s:
            return "warm-up"
        return "window" if at_s < closes_at_s else "drain"

    def _slice(self, at_s: float) -> int:
        return int(at_s - self._origin_s)

    async def _say(self, event: str, **fields: Any) -> None:
        self._writer.write(json.dumps({"event": event, **fields}).encode() + b"\n")
        await self._writer.drain()


async def sleep_until(at_s: float) -> None:
    """Sleep until a moment of the monotonic clock."""
    await asyncio.sleep(max(0.0, at_s - time.monotonic()))


async def ask(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    path: str,
    method: str = "GET",
    connection: str = "keep-alive",
) -> tuple[int, bytes]:
    """Send one request on an open connection, and return the status and body of its answer."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\n"
        f"Connection: {connection}\r\nContent-Length: 0\r\n\r\n"
    )
    writer.write(head.encode())
    await writer.drain()
    lines = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
    headers = dict(line.lower().split(b": ", 1) for line in lines[1:] if b": " in line)
    body = await reader.readexactly(int(headers.get(b"content-length", b"0")))
    return int(lines[0].split()[1]), body
