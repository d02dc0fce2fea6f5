"""What a benchmark stands on: the processes' supervisor, a folder, and cores for each side."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.execution.machine.environment import read_environment, usable_cores
from bench.execution.machine.pinning import can_pin, pin_self
from bench.execution.supervision.processes import (
    ManagedProcess,
    ProcessSpec,
    Supervisor,
    supervise,
)
from bench.execution.targets.variables import child_environment
from bench.model.environment import Environment
from bench.model.plan import Placement
from bench.planning.placing import place

ROOT: Final = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a benchmark runs: server and generator have a core each, where there are two."""

    supervisor: Supervisor
    folder: Path
    placement: Placement
    environment: Environment
    """As it was before this process was bound to a core."""

    def new_folder(self, name: str) -> Path:
        """Make a folder for the files of one process."""
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.folder))

    @asynccontextmanager
    async def run(
        self,
        argv: Sequence[str],
        *,
        name: str,
        folder: Path,
        cores: tuple[int, ...],
        env: Mapping[str, str] | None = None,
        wants_control: bool = False,
        grace_s: float = 20.0,
    ) -> AsyncIterator[ManagedProcess]:
        """Run a process on its cores; leaving the context ends it.

        Args:
            argv: the command.
            name: for people, in messages; also of its log.
            folder: where its log goes; it runs in the project's root.
            cores: where it may run.
            env: on top of the caller's environment.
            wants_control: whether it is given a control socket.
            grace_s: how long it may take to end by itself once it is told to.
        """
        spec = ProcessSpec(
            name=name,
            argv=tuple(argv),
            env=child_environment(os.environ) | dict(env or {}),
            cwd=ROOT,
            cores=cores,
            log=folder / f"{name}.log",
            wants_control=wants_control,
            grace_s=grace_s,
        )
        process = await self.supervisor.spawn(spec)
        try:
            yield process
        finally:
            await process.end()


@asynccontextmanager
async def prepare_ground() -> AsyncIterator[Ground]:
    """Start a supervisor and choose cores; this process goes where the generator is, and sleeps."""
    cores, environment = usable_cores(), read_environment()
    placement = place(cores, 1, "auto", can_pin=can_pin())
    pin_self(placement.services)
    try:
        async with supervise() as supervisor:
            yield Ground(supervisor, supervisor.temp_folder, placement, environment)
    finally:
        pin_self(cores if placement.services else ())  # the next benchmark chooses again


def without_paths(argv: Sequence[str], folder: Path) -> tuple[str, ...]:
    """Return a command as it may be published: without the paths of this machine."""
    names = {str(folder): "FOLDER", sys.executable: "python", str(ROOT): "."}
    cleaned = []
    for word in argv:
        for path, name in names.items():
            word = word.replace(path, name)  # noqa: PLW2901 - one after the other
        cleaned.append(Path(word).name if word.startswith("/") and len(word) > 1 else word)
    return tuple(cleaned)
