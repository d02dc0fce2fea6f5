"""Start a process that listens on a port of the system's choice, and see it ready."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.errors import PortTakenError
from bench.execution.supervision.finishing import finish
from bench.execution.supervision.processes import ManagedProcess, ProcessSpec, Supervisor
from bench.execution.targets.ports import LOOPBACK, free_port, loopback_url
from bench.execution.targets.readiness import wait_until_ready

_TRIES: Final = 3
"""A port may be taken between its choice and its use; thrice in a row is no accident."""


@dataclass(frozen=True)
class Listener:
    """A process that is ready on its port."""

    process: ManagedProcess
    host: str
    port: int
    ready_after_s: float
    tls: bool = False

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return loopback_url(self.port, tls=self.tls)


@asynccontextmanager
async def listen(
    supervisor: Supervisor,
    spec_at: Callable[[int], ProcessSpec],
    *,
    ready: str | None,
    timeout_s: float,
    tls: bool = False,
    choose_port: Callable[[], int] = free_port,
) -> AsyncIterator[Listener]:
    """Start a process on a free port; end it and its tree on leaving.

    Args:
        supervisor: starts and ends it.
        spec_at: what to start, for a port.
        ready: a path that answers below 400 once ready; None: a connection will do.
        timeout_s: how long it may take to become ready.
        tls: whether it speaks TLS; its certificate is not verified.
        choose_port: names a port for each try.

    Raises:
        SpawnError: the command can't be started.
        PortTakenError: another process took the port, each time.
        TargetStartError: it did not become ready.
    """
    for tries_left in reversed(range(_TRIES)):
        port = choose_port()
        process = await supervisor.spawn(spec_at(port))
        try:
            try:
                ready_after_s = await wait_until_ready(
                    process,
                    LOOPBACK,
                    port,
                    ready,
                    timeout_s=timeout_s,
                    tls=tls,
                )
            except PortTakenError:
                if tries_left == 0:
                    raise
                continue
            yield Listener(process, LOOPBACK, port, ready_after_s, tls)
            return
        finally:
            await finish(process.end())
