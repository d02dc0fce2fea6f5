"""Drive our generator as the harness does, over the driver protocol, one step at a time."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from bench.errors import GeneratorError
from bench.execution.supervision.processes import ManagedProcess
from bench.execution.targets.commands import module_command
from bench.execution.targets.variables import hash_seed
from bench.execution.trials.driver_link import DriverLink, link_driver
from benchmarks.figures import Figures
from benchmarks.ground import Ground
from benchmarks.spooled import sum_window

_READY_WITHIN_S: Final = 60.0
_ANSWERS_WITHIN_S: Final = 60.0
_ENDS_WITHIN_S: Final = 30.0
_DRAIN_S: Final = 5.0
_SEED: Final = 1

Command = Callable[[Path], Sequence[str]]
"""Makes the command that runs the generator with a configuration file."""


def plain_command(config: Path) -> tuple[str, ...]:
    """Run the generator as `bench run` does."""
    return module_command("bench.load", str(config))


def sampled_command(config: Path) -> tuple[str, ...]:
    """Run the generator under the sampler of `benchmarks.sampled_generator`."""
    samples = config.with_name("samples.json")
    return (sys.executable, "-m", "benchmarks.sampled_generator", str(config), str(samples))


class DrivenGenerator:
    """A generator process that is ready, or under load."""

    def __init__(self, process: ManagedProcess, link: DriverLink, folder: Path) -> None:
        self.process = process
        self.folder = folder
        self._link = link
        self._window_s = 0.0
        self._drained_within_s = 0.0

    async def start(self, users: int, spread_s: float) -> None:
        """Start the load.

        Args:
            users: of the closed model.
            spread_s: over how long their first requests are spread.
        """
        await self._link.say("start", step=0, load={"users": users}, spread_s=spread_s, seed=_SEED)
        await self._link.hear("started", _ANSWERS_WITHIN_S)

    async def announce(self, opens_s: float, closes_s: float) -> None:
        """Say when the window opens and closes."""
        self._window_s = closes_s - opens_s
        await self._link.say(
            "window",
            opens_at_s=opens_s,
            closes_at_s=closes_s,
            deadline_s=closes_s + _DRAIN_S,
        )

    async def finish(self) -> Figures:
        """Wait for the drain, stop, and return what the generator recorded of the window.

        Raises:
            GeneratorError: it failed, or did not end.
        """
        await self._link.hear("drained", self._window_s + _DRAIN_S + _ANSWERS_WITHIN_S)
        await self._link.say("stop")
        await self._link.hear("stopped", _ANSWERS_WITHIN_S)
        await self._link.say("quit")
        try:
            await asyncio.wait_for(self.process.wait(), _ENDS_WITHIN_S)
        except TimeoutError:
            raise GeneratorError(
                f"The generator did not quit within {_ENDS_WITHIN_S:g} s.",
                evidence=self.process.log_tail(),
            ) from None
        with (self.folder / "slices.jsonl").open(encoding="utf-8") as lines:
            return sum_window(lines, self._window_s)


@asynccontextmanager
async def run_generator(
    ground: Ground, name: str, config: Mapping[str, object], command: Command = plain_command
) -> AsyncIterator[DrivenGenerator]:
    """Run a generator on its core, ready to be told to start."""
    folder = ground.new_folder(name)
    config_path = folder / "generator.json"
    config_path.write_text(json.dumps(config))
    env = {
        "PYTHONHASHSEED": hash_seed(_SEED),
        "PAIRBENCH_TARGET_URL": str(config["host"]),
        "PAIRBENCH_SLICES": str(folder / "slices.jsonl"),
        "PAIRBENCH_OBSERVATIONS": str(folder / "observations.jsonl"),
        "PAIRBENCH_SEED": str(_SEED),
    }
    async with ground.run(
        command(config_path),
        name=name,
        folder=folder,
        cores=ground.placement.generator,
        env=env,
        wants_control=True,
    ) as process:
        assert process.control is not None
        async with link_driver(process.control, last_words=process.log_tail) as link:
            await link.hear("ready", _READY_WITHIN_S)
            yield DrivenGenerator(process, link, folder)
