"""Observations: numbers that a target tells of itself, for the harness to put beside its own."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

Numbers = Mapping[str, tuple[float, str]]
"""Value and unit, by name."""


def observe(numbers: Numbers) -> None:
    """Append numbers to the file that `PAIRBENCH_OBSERVATIONS` names, if any.

    One unbuffered write, since several workers may share the file.
    """
    path = os.environ.get("PAIRBENCH_OBSERVATIONS")
    if not path:
        return
    now_s = round(time.monotonic(), 6)
    lines = (
        json.dumps({"t_s": now_s, "name": name, "value": value, "unit": unit}) + "\n"
        for name, (value, unit) in numbers.items()
    )
    with Path(path).open("ab", buffering=0) as file:
        file.write("".join(lines).encode())


@asynccontextmanager
async def observing(look: Callable[[], Numbers], every_s: float = 0.5) -> AsyncIterator[None]:
    """Observe what `look` returns, again and again while the block runs."""

    async def repeat() -> None:
        while True:
            observe(look())
            await asyncio.sleep(every_s)

    task = asyncio.create_task(repeat())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@dataclass
class Count:
    """A number that a module keeps."""

    value: float = 0.0


class Rate:
    """How fast a counter grows: what is asked for is the growth per second since the last time."""

    def __init__(self, count: Callable[[], float]) -> None:
        self._count = count
        self._seen, self._at_s = count(), time.monotonic()

    def per_second(self) -> float:
        """Return the growth per second since the last call."""
        now_s, seen = time.monotonic(), self._count()
        rate = (seen - self._seen) / max(now_s - self._at_s, 1e-9)
        self._seen, self._at_s = seen, now_s
        return rate
