"""Run the user's commands in a tree: those that make it ready, and its migrations."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.errors import BenchError, TargetStartError, TreeError
from bench.execution.supervision.finishing import finish
from bench.execution.supervision.processes import (
    ManagedProcess,
    ProcessSpec,
    SpawnError,
    Supervisor,
)
from bench.execution.targets.variables import fill_all
from bench.model.arm import Arm
from bench.model.gate import TreeVersion
from bench.model.progress import Notice, ProgressEvent

_WITHIN_S: Final = 1_800.0
"""For one command: an installation may compile, and a mirror may hang."""
_LOG_LINES: Final = 20


@dataclass(frozen=True)
class TreeCommands:
    """Where a tree's commands run, with what, and who hears of it."""

    supervisor: Supervisor
    arm: Arm
    version: TreeVersion
    path: Path
    python: str
    environment: Mapping[str, str]
    log: Path
    announce: Callable[[ProgressEvent], None]
    within_s: float = _WITHIN_S

    async def run(self, commands: Sequence[Sequence[str]], *, purpose: str) -> None:
        """Run commands one after the other; ending early ends all that they started.

        Args:
            commands: as the `[gate]` table has them.
            purpose: what they are for, as a verb: `prepared`.

        Raises:
            TargetStartError: one failed in the candidate, which then would not start either.
            TreeError: one failed in the baseline.
        """
        names = {"python": self.python, "tree": str(self.path)}
        for command in commands:
            argv = fill_all(command, names)
            self.announce(Notice(text=f"{self.arm} ({self.version.label}): {shlex.join(argv)}"))
            await self._run_one(argv, purpose)

    async def _run_one(self, argv: tuple[str, ...], purpose: str) -> None:
        spec = ProcessSpec(
            name=argv[0],
            argv=argv,
            env=self.environment,
            cwd=self.path,
            log=self.log,
        )
        _write_heading(self.log, argv)
        try:
            process = await self.supervisor.spawn(spec)
        except SpawnError as error:
            raise self._failure(purpose, error.message, ()) from error
        try:
            returncode = await asyncio.wait_for(process.wait(), self.within_s)
        except TimeoutError:
            said = f"`{shlex.join(argv)}` did not end within {self.within_s:g} s."
            raise self._failure(purpose, said, _last_words(process)) from None
        finally:
            await finish(process.end())
        if returncode != 0:
            said = f"`{shlex.join(argv)}` ended with exit code {returncode}."
            raise self._failure(purpose, said, _last_words(process))

    def _failure(self, purpose: str, said: str, evidence: Sequence[str]) -> BenchError:
        message = f"The {self.arm} ({self.version.label}) can't be {purpose}: {said}"
        if self.arm == "candidate":
            failure = TargetStartError(message, hint=f"Its log: {self.log}", evidence=evidence)
            failure.arm = self.arm
            return failure
        return TreeError(
            message,
            hint="The version to compare with may be older than what the [gate] table asks for:"
            f" name a later one with --against REF. Its log: {self.log}",
            evidence=evidence,
        )


def _write_heading(log: Path, argv: tuple[str, ...]) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as lines:
        lines.write(f"$ {shlex.join(argv)}\n")


def _last_words(process: ManagedProcess) -> list[str]:
    return process.log_tail(_LOG_LINES)
