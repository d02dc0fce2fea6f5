"""Loads a route that holds the loop, has py-spy look, and hears what the target tells of it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from copying import scratch_file
from driving import HOST, PORT, Driver, ask, sleep_until

PLANTED: Final = "helper_blocking"
SLOW_PER_S: Final = 2.0
PINGS_PER_S: Final = 50.0
LOOK_S: Final = 2
SAMPLES_PER_S: Final = 100
OPTIONS: Final = {"record": [], "gil": ["--gil"], "idle": ["--idle"]}
"""Of py-spy, by how the target is to be looked at; all else looks from inside the target."""

FEWEST: Final = 0.05 * LOOK_S * SAMPLES_PER_S
"""Samples that are more than chance: py-spy takes what has just woken up for busy, too."""

HELD_S: Final = 0.04
"""A lag that tells of something: half of what is planted, as the probe asks every 10 ms."""


class Looker(Driver):
    """Sends requests at two rates, and lets py-spy look for two seconds at a time."""

    async def build_up(self, level: float) -> None:  # noqa: ARG002
        """Begin to send."""
        reader, writer = await asyncio.open_connection(HOST, PORT)
        _, body = await ask(reader, writer, "/how")
        writer.close()
        self._how = json.loads(body)
        self._read_bytes, self._told = 0, 0.0
        self._news()
        self._sending = [
            asyncio.create_task(self._send("/slow", SLOW_PER_S, "users")),
            asyncio.create_task(self._send("/ping", PINGS_PER_S, "bystander")),
        ]

    async def attempt(self) -> None:
        """Look once, or wait for as long and hear what was found meanwhile."""
        how = self._how["profiler"]
        if how in OPTIONS:
            self.observe(rank(await self._record(OPTIONS[how])))
            return
        await asyncio.sleep(LOOK_S)
        if how != "off":
            self.observe({"found": (float(self._hears(how)), "")})

    async def tear_down(self) -> None:
        """Send no more."""
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)

    def _hears(self, how: str) -> bool:
        """Whether the target has told, since the last time, that something holds its loop."""
        name = "loop_lag" if how == "loop-lag-only" else "told"
        told = [value for each, value in self._news() if each == name]
        if name == "loop_lag":
            return max(told, default=0.0) >= HELD_S
        before, self._told = self._told, max(told, default=self._told)
        return self._told > before

    def _news(self) -> list[tuple[str, float]]:
        """Read what was observed since the last time: the target's numbers lie beside ours."""
        with self._observations.open("rb") as file:
            file.seek(self._read_bytes)
            whole, _, _ = file.read().rpartition(b"\n")
        self._read_bytes += len(whole) + bool(whole)
        lines = [json.loads(line) for line in whole.splitlines()]
        return [(line["name"], line["value"]) for line in lines]

    async def _record(self, options: list[str]) -> Path:
        stacks: Path = scratch_file("stacks.txt")
        rate = ("--rate", str(SAMPLES_PER_S))
        look = ("--pid", str(self._how["pid"]), "--duration", str(LOOK_S), *rate)
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).with_name("py-spy")),
            *("record", *look, "--format", "raw", "--output", str(stacks), *options),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        try:
            _, said = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        if process.returncode:
            raise RuntimeError(f"py-spy could not look into the target: {said.decode().strip()}")
        return stacks

    async def _send(self, path: str, rate: float, group: str) -> None:
        """Send evenly, each request after the last was answered, and time it from its due."""
        reader, writer = await asyncio.open_connection(HOST, PORT)
        due_at_s = time.monotonic()
        while True:
            await sleep_until(due_at_s)
            await ask(reader, writer, path)
            self.note(f"GET {path}", due_at_s, group=group)
            due_at_s += 1 / rate


def rank(stacks: Path) -> dict[str, tuple[float, str]]:
    """Find the planted function among the samples: its share, its rank, whether it stands out."""
    own = Counter[str]()
    holding = whole = 0
    for frames, count in read_stacks(stacks):
        whole += count
        holding += count * any(PLANTED in frame for frame in frames)
        own[frames[-1].split(" ")[0]] += count
    order = [name for name, _ in own.most_common()]
    place = order.index(PLANTED) + 1 if PLANTED in order else len(order) + 1
    return {
        "share": (holding / max(whole, 1), ""),
        "rank": (float(place), ""),
        "found": (float(place <= 3 and holding >= FEWEST), ""),
    }


def read_stacks(path: Path) -> Iterator[tuple[list[str], int]]:
    """Read py-spy's raw format: frames from the outermost in, and how often they were seen."""
    for line in path.read_text().splitlines():
        stack, _, count = line.rpartition(" ")
        yield stack.split(";"), int(count)


if __name__ == "__main__":
    asyncio.run(Looker().run())
