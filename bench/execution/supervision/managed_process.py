"""A process of ours, as the harness sees it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.errors import SupervisorError
from bench.execution.supervision.supervisor_link import SupervisorLink

_TAIL_BYTES: Final = 1 << 16


class SpawnError(SupervisorError):
    """A command could not be started: it is not there, or may not be run."""


@dataclass(frozen=True, kw_only=True)
class ProcessSpec:
    """What it takes to start a process."""

    name: str
    """For people, in messages."""
    argv: tuple[str, ...]
    env: Mapping[str, str]
    """The whole environment; nothing is inherited."""
    cwd: Path
    log: Path
    """Standard output and standard error are appended to it."""
    cores: tuple[int, ...] = ()
    """Empty: wherever it is put."""
    wants_control: bool = False
    """Give it one end of a stream socket, its number in PAIRBENCH_CONTROL_FD."""
    stop_signal: int = signal.SIGTERM
    grace_s: float = 5.0
    """From the stop signal to SIGKILL for the whole tree."""
    niceness: int = 0
    """Below 0: before what else wants its cores, where the system allows it (as root)."""
    user: tuple[int, int] | None = None
    """uid and gid to run as."""


class ManagedProcess:
    """A process that the supervisor started: the leader of a session of its own."""

    def __init__(
        self, number: int, spec: ProcessSpec, link: SupervisorLink, control: socket.socket | None
    ) -> None:
        self.spec = spec
        self.control = control
        self.pid = 0
        self.returncode: int | None = None
        self.survivors: tuple[int, ...] = ()
        self._number = number
        self._link = link
        self._started = asyncio.Event()
        self._exited = asyncio.Event()
        self._ended = asyncio.Event()
        self._spawn_error: str | None = None
        self._lost: SupervisorError | None = None
        self._asked_to_end = False

    async def wait(self) -> int:
        """Wait until the process has ended, by itself or not; return its exit code.

        Raises:
            SupervisorError: the supervisor died, so that nobody can know.
        """
        await self._exited.wait()
        if self.returncode is None:
            raise self._lost or SupervisorError(f"What became of {self.spec.name} is not known.")
        return self.returncode

    async def end(self) -> None:
        """End the process and all its descendants; return when none is left. Idempotent.

        Raises:
            SupervisorError: the supervisor died, or could not end them.
        """
        if not self._asked_to_end and not self._ended.is_set():
            self._asked_to_end = True
            with contextlib.suppress(OSError):  # the supervisor's loss is noted by its reader
                await self._link.send({"do": "end", "id": self._number})
        await self._ended.wait()
        if self._lost is not None:
            raise self._lost
        if self.survivors:
            raise SupervisorError(
                f"Processes of {self.spec.name} survive SIGKILL: {self.survivors}.",
                hint="They hang in the kernel, on a broken disk or mount for instance; see `ps`.",
            )

    async def send_signal(self, number: int) -> None:
        """Send a signal to the process itself, if it still lives."""
        await self._link.send({"do": "signal", "id": self._number, "signal": number})

    def log_tail(self, lines: int = 20) -> list[str]:
        """Return the last lines of its log."""
        try:
            with self.spec.log.open("rb") as log:
                log.seek(max(0, log.seek(0, os.SEEK_END) - _TAIL_BYTES))
                text = log.read().decode(errors="replace")
        except OSError:
            return []
        return text.splitlines()[-lines:]

    async def started(self) -> None:
        """Wait until the supervisor has started it.

        Raises:
            SpawnError: it could not be started.
            SupervisorError: the supervisor died.
        """
        await self._started.wait()
        if self._lost is not None:
            raise self._lost
        if self._spawn_error is not None:
            raise SpawnError(
                f"{self.spec.name} can't be started: {self._spawn_error}.",
                hint=f"The command was: {' '.join(self.spec.argv)}",
            )

    def note(self, event: dict[str, Any]) -> None:
        """Take note of an event of the supervisor."""
        match event["event"]:
            case "spawned":
                self.pid = event["pid"]
                self._started.set()
            case "spawn-failed":
                self._spawn_error = event["error"]
                self._come_to_end()
            case "exited":
                self.returncode = event["returncode"]
                self._exited.set()
            case "ended":
                self.survivors = tuple(event["survivors"])
                self._come_to_end()

    def lose(self, error: SupervisorError) -> None:
        """Take note that the supervisor died: kill what may be left of the process."""
        if self._ended.is_set():
            return
        self._lost = error
        if self.pid:
            with contextlib.suppress(OSError):
                os.killpg(self.pid, signal.SIGKILL)
        self._come_to_end()

    def _come_to_end(self) -> None:
        for event in (self._started, self._exited, self._ended):
            event.set()
        if self.control is not None:
            self.control.close()
