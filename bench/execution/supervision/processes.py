"""Starting and ending processes through the supervisor, whatever becomes of the harness."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from bench.errors import SupervisorError
from bench.execution.supervision.finishing import finish
from bench.execution.supervision.managed_process import ManagedProcess, ProcessSpec, SpawnError
from bench.execution.supervision.supervisor_link import SupervisorLink

__all__ = ["ManagedProcess", "ProcessSpec", "SpawnError", "Supervisor", "supervise"]

_HELLO_TIMEOUT_S: Final = 30.0
_GIVE_UP_ENDING_AFTER_S: Final = 40.0
"""On top of the longest grace; the supervisor itself gives up on a process well before that."""


class Supervisor:
    """The harness's view of its supervisor: starts processes, and knows what became of them."""

    def __init__(self, link: SupervisorLink) -> None:
        self.temp_folder = Path()
        """The run's temporary folder, which the supervisor removes when it ends."""
        self._link = link
        self._processes: dict[int, ManagedProcess] = {}
        self._numbers = itertools.count(1)
        self._greeted = asyncio.Event()
        self._lost: SupervisorError | None = None
        self._closing = False
        self._listening = asyncio.create_task(self._listen(), name="supervisor events")

    @property
    def pid(self) -> int:
        """The supervisor's pid."""
        return self._link.pid

    async def spawn(self, spec: ProcessSpec) -> ManagedProcess:
        """Start a process.

        Raises:
            SpawnError: the command can't be started; says why.
            SupervisorError: the supervisor died.
        """
        if self._lost is not None:
            raise self._lost
        ours, theirs = socket.socketpair() if spec.wants_control else (None, None)
        number = next(self._numbers)
        process = ManagedProcess(number, spec, self._link, ours)
        self._processes[number] = process
        try:
            await self._send(process, _order(number, spec), theirs)
            await process.started()
        except asyncio.CancelledError:  # the order is sent whole, whenever it comes
            await finish(process.end())
            raise
        return process

    async def _send(
        self, process: ManagedProcess, order: dict[str, Any], control: socket.socket | None
    ) -> None:
        try:
            await self._link.send(order, control)
        except OSError as error:
            process.lose(SupervisorError(f"The supervisor can't be reached: {error}."))
        finally:
            if control is not None:
                control.close()

    async def open(self) -> None:
        """Wait for the supervisor's greeting.

        Raises:
            SupervisorError: it did not come.
        """
        try:
            await asyncio.wait_for(self._greeted.wait(), _HELLO_TIMEOUT_S)
        except TimeoutError:
            raise SupervisorError(
                f"The supervisor said nothing for {_HELLO_TIMEOUT_S:g} s after its start."
            ) from None
        if self._lost is not None:
            raise self._lost

    async def close(self) -> None:
        """End everything, and wait until the supervisor has ended and removed its folder.

        Raises:
            SupervisorError: it had to be killed, or failed.
        """
        self._closing = True
        self._link.hang_up()
        grace_s = max((process.spec.grace_s for process in self._processes.values()), default=0)
        done, _ = await asyncio.wait([self._listening], timeout=grace_s + _GIVE_UP_ENDING_AFTER_S)
        if not done:
            self._link.kill()
            await asyncio.wait([self._listening])
        returncode = await self._link.close()
        if returncode != 0 and self._lost is None:
            self._lose(f"The supervisor failed to end everything (exit code {returncode}).")
        if self._lost is not None:
            raise self._lost

    async def _listen(self) -> None:
        async for event in self._link.events():
            if event["event"] == "hello":
                self.temp_folder = Path(event["temp"])
                self._greeted.set()
            else:
                self._processes[event["id"]].note(event)
        if not self._closing:
            self._lose("The supervisor died; nothing can be started or ended any more.")
        self._greeted.set()

    def _lose(self, message: str) -> None:
        """Clean up in the supervisor's place as well as can be."""
        self._lost = SupervisorError(message, hint="Was it killed, for lack of memory perhaps?")
        for process in self._processes.values():
            process.lose(self._lost)
        if self.temp_folder != Path():
            shutil.rmtree(self.temp_folder, ignore_errors=True)


@asynccontextmanager
async def supervise() -> AsyncIterator[Supervisor]:
    """Run a supervisor; leaving the context, also by cancellation, ends all its processes.

    Raises:
        SupervisorError: the supervisor can't be started, or died.
    """
    supervisor = Supervisor(SupervisorLink())
    try:
        await supervisor.open()
        yield supervisor
    finally:
        await finish(supervisor.close())


def _order(number: int, spec: ProcessSpec) -> dict[str, Any]:
    return {
        "do": "spawn",
        "id": number,
        "argv": list(spec.argv),
        "env": dict(spec.env),
        "cwd": str(spec.cwd),
        "cores": list(spec.cores),
        "log": str(spec.log),
        "user": spec.user,
        "stop_signal": int(spec.stop_signal),
        "grace_s": spec.grace_s,
        "niceness": spec.niceness,
        "wants_control": spec.wants_control,
    }
