"""The contenders: our declared flow, our Python task, stock Locust, and wrk."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Final, Protocol

from bench.errors import GeneratorError
from bench.execution.supervision.processes import ManagedProcess
from bench.execution.targets.commands import module_command
from benchmarks.driving import run_generator
from benchmarks.figures import Figures
from benchmarks.ground import Ground
from benchmarks.locust_output import parse_locust
from benchmarks.options import Options
from benchmarks.servers import UNLIKE_PATH
from benchmarks.wrk_output import parse_wrk

FLOW: Final = "flow"
TASK: Final = "task"
STOCK: Final = "FastHttpUser"
WRK: Final = "wrk"
FLOW_UNLIKE: Final = "flow, unlike"
WRK_UNLIKE: Final = "wrk, unlike"
"""Against answers that all differ: our flows remember those that don't."""

_LOCUSTFILES: Final = Path(__file__).parent / "locustfiles"
SPREAD_S: Final = 0.1
"""Over which users without think time start, as in an experiment whose service time isn't known."""
_WRK_MARGIN_S: Final = 1
"""How much longer than warm-up and window wrk runs: what it takes to see that it has begun."""
_WRK_ENDS_WITHIN_S: Final = 30.0


class Load(Protocol):
    """A tool that loads a server, or is about to."""

    @property
    def process(self) -> ManagedProcess:
        """The process that sends."""

    async def announce(self, opens_s: float, closes_s: float) -> None:
        """Hear when the window opens and closes; what isn't ours can't be told."""

    async def finish(self) -> Figures:
        """End the load, and return the tool's own figures."""


class Contender(Protocol):
    """A tool that can load a server."""

    @property
    def name(self) -> str:
        """What it is called in tables."""

    def load(self, ground: Ground, url: str, options: Options) -> AbstractAsyncContextManager[Load]:
        """Start the load; leaving the context ends it."""


@dataclass(frozen=True, slots=True)
class OurGenerator:
    """Our generator: one process, recording each slice by name and outcome, statuses checked."""

    name: str

    @asynccontextmanager
    async def load(self, ground: Ground, url: str, options: Options) -> AsyncIterator[Load]:
        """Start the load."""
        config = self.configuration(url, options)
        async with run_generator(ground, self.name, config) as generator:
            await generator.start(options.users, options.period_s or SPREAD_S)
            yield generator

    def configuration(self, url: str, options: Options) -> dict[str, object]:
        """Return what the generator is told: a flow of one request, or the task."""
        common: dict[str, object] = {"host": url, "max_users": options.users}
        if self.name in (FLOW, FLOW_UNLIKE):
            path = UNLIKE_PATH if self.name == FLOW_UNLIKE else "/"
            request = {"path": path, "status": 200, "think": options.period_s or 0.0}
            return common | {"flow": [request]}
        return common | {"scenario": str(_LOCUSTFILES / "our_user.py")}


@dataclass(frozen=True, slots=True)
class StockLocust:
    """Locust as it is installed, headless, in one process."""

    name: str = STOCK

    @asynccontextmanager
    async def load(self, ground: Ground, url: str, options: Options) -> AsyncIterator[Load]:
        """Start the load."""
        folder = ground.new_folder(self.name)
        paced = options.period_s is not None
        users_per_s = (
            max(options.users / options.period_s, 1) if options.period_s else options.users
        )
        statistics = folder / "statistics"
        argv = module_command(
            "locust",
            *("--locustfile", str(_LOCUSTFILES / f"stock_user{'_at_a_pace' if paced else ''}.py")),
            *("--headless", "--only-summary", "--loglevel", "WARNING"),
            *("--users", str(options.users), "--spawn-rate", f"{users_per_s:g}"),
            *("--host", url, "--json-file", str(statistics), "--exit-code-on-error", "0"),
        )
        async with ground.run(
            argv,
            name=self.name,
            folder=folder,
            cores=ground.placement.generator,
            env={"PERIOD_S": str(options.period_s)} if paced else None,
        ) as process:
            yield _LoadingLocust(process, statistics.with_suffix(".json"))


@dataclass(frozen=True, slots=True)
class _LoadingLocust:
    process: ManagedProcess
    statistics: Path

    async def announce(self, opens_s: float, closes_s: float) -> None:
        """Locust runs until it is ended."""

    async def finish(self) -> Figures:
        """End Locust, which writes its statistics then."""
        await self.process.end()
        try:
            return parse_locust(self.statistics.read_text(encoding="utf-8"))
        except OSError as error:
            raise GeneratorError(
                f"Locust left no statistics: {error}.", evidence=self.process.log_tail()
            ) from error


@dataclass(frozen=True, slots=True)
class Wrk:
    """wrk with one thread."""

    program: str
    name: str = WRK

    @asynccontextmanager
    async def load(self, ground: Ground, url: str, options: Options) -> AsyncIterator[Load]:
        """Start the load."""
        folder = ground.new_folder(self.name)
        runs_s = ceil(options.warm_up_s + options.window_s) + _WRK_MARGIN_S
        path = UNLIKE_PATH if self.name == WRK_UNLIKE else "/"
        argv = (self.program, "-t1", f"-c{options.users}", f"-d{runs_s}s", "--latency", url + path)
        async with ground.run(
            argv, name=self.name, folder=folder, cores=ground.placement.generator
        ) as process:
            yield _LoadingWrk(process)


@dataclass(frozen=True, slots=True)
class _LoadingWrk:
    process: ManagedProcess

    async def announce(self, opens_s: float, closes_s: float) -> None:
        """Do nothing: wrk was told at its start how long to run."""

    async def finish(self) -> Figures:
        """Wait until wrk has ended, and read what it printed."""
        try:
            await asyncio.wait_for(self.process.wait(), _WRK_ENDS_WITHIN_S)
        except TimeoutError:
            raise GeneratorError("wrk did not end in time.") from None
        return parse_wrk(self.process.spec.log.read_text(encoding="utf-8", errors="replace"))


def find_wrk() -> Wrk | None:
    """Return wrk, if it is installed."""
    program = shutil.which("wrk")
    return Wrk(program) if program else None
