"""A run's fleet: one token and one address for all its trials, and the workers of each of them."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from bench.errors import BenchError, GeneratorError, UsageError
from bench.execution.supervision.processes import ManagedProcess, ProcessSpec, Supervisor
from bench.execution.targets.commands import module_command
from bench.execution.targets.variables import child_environment
from bench.execution.trials.driver_link import DriverLink
from bench.execution.trials.precedence import GENERATOR_NICENESS
from bench.model.plan import Fleet
from bench.model.trial import GeneratorWorker
from bench.storage.atomic import write_atomically

TOKEN_VARIABLE: Final = "PAIRBENCH_TOKEN"  # noqa: S105 - the name of one
MIN_TOKEN_CHARACTERS: Final = 12

_LOCAL_WITHIN_S: Final = 60.0
_REMOTE_WITHIN_S: Final = 600.0
"""Whoever starts workers on other machines may need that long to get there."""

_LISTENS_WITHIN_S: Final = 60.0
_LAST_WORDS_S: Final = 2.0
"""When a worker ends before its time, the master knows more about it a moment later."""

_FAREWELL_S: Final = 10.0

_WORKERS: Final[TypeAdapter[tuple[GeneratorWorker, ...]]] = TypeAdapter(tuple[GeneratorWorker, ...])


@dataclass(frozen=True)
class RunFleet:
    """The fleet of a run; its token is never written into the run's records."""

    plan: Fleet
    token: str = field(repr=False)
    token_was_given: bool

    @property
    def join_within_s(self) -> float:
        """How long all workers may take to join."""
        return _REMOTE_WITHIN_S if self.plan.remote else _LOCAL_WITHIN_S

    def invitation(self) -> str:
        """Return the command line that starts a worker elsewhere."""
        token = f"${TOKEN_VARIABLE}" if self.token_was_given else self.token
        host = "HOST" if self.plan.host in ("0.0.0.0", "::") else self.plan.host  # noqa: S104
        shown = f"[{host}]" if ":" in host else host
        return f"{TOKEN_VARIABLE}={token} bench worker --master {shown}:{self.plan.port}"


def prepare_fleet(plan: Fleet, variables: Mapping[str, str] = os.environ) -> RunFleet:
    """Give a run's fleet its token: that of the environment, or a new one.

    Raises:
        UsageError: the token of the environment is too short to keep strangers out.
    """
    given = variables.get(TOKEN_VARIABLE, "").strip()
    if given and len(given) < MIN_TOKEN_CHARACTERS:
        raise UsageError(
            f"{TOKEN_VARIABLE} has {len(given)} characters; "
            f"a token has {MIN_TOKEN_CHARACTERS} at least.",
            hint=f"Leave {TOKEN_VARIABLE} out, and the run draws a token and says it.",
        )
    return RunFleet(plan, given or secrets.token_hex(16), token_was_given=bool(given))


def write_order(fleet: RunFleet, folder: Path, variables: Mapping[str, str]) -> Path:
    """Write what the master is told of its fleet; return the file.

    Args:
        variables: those that the workers' scenarios may read, beside what every process has.
    """
    path = folder / "fleet.json"
    order = _order(fleet, variables, fleet.join_within_s, fleet.plan.size)
    write_atomically(path, json.dumps(order, indent=1))
    return path


@asynccontextmanager
async def assemble_workers(
    supervisor: Supervisor,
    fleet: RunFleet,
    link: DriverLink,
    *,
    env: Mapping[str, str],
    cores: tuple[int, ...],
    cwd: Path,
    folder: Path,
) -> AsyncIterator[tuple[tuple[ManagedProcess, ...], tuple[GeneratorWorker, ...]]]:
    """Start the local workers of a master, and wait until all workers have joined it.

    Args:
        link: to the master, which is starting.
        env: the workers' environment.
        cores: the generator's; worker i runs on core i mod n of them.
        cwd: the workers' working folder.
        folder: of the trial; spools and logs go there.

    Raises:
        GeneratorError: a worker ended before it had joined.
        UsageError: not all joined in time, one has another version, or the port is taken.
    """
    listening = await link.hear("listening", _LISTENS_WITHIN_S)
    async with AsyncExitStack() as stack:
        processes = []
        for number in range(fleet.plan.local):
            process = await supervisor.spawn(
                ProcessSpec(
                    name=f"worker process {number}",
                    argv=module_command(
                        "bench.load.distributed.worker",
                        *("--host", str(listening["host"]), "--port", str(listening["port"])),
                        *("--folder", str(folder), "--once"),
                    ),
                    env={
                        **env,
                        TOKEN_VARIABLE: fleet.token,
                        "TMPDIR": str(supervisor.temp_folder),
                    },
                    cwd=cwd,
                    cores=(cores[number % len(cores)],) if cores else (),
                    log=folder / f"worker-{number}.log",
                    niceness=GENERATOR_NICENESS,
                )
            )
            stack.push_async_callback(process.end)
            processes.append(process)
        ready = await _await_ready(link, processes, fleet.join_within_s + _LISTENS_WITHIN_S)
        yield tuple(processes), _WORKERS.validate_python(ready["workers"])


@asynccontextmanager
async def saying_farewell(supervisor: Supervisor, fleet: RunFleet | None) -> AsyncIterator[None]:
    """Tell remote workers, at the end, that no further master will come.

    Who cancels a run doesn't wait for that: workers that hear of no master end by themselves.
    """
    try:
        yield
    except BenchError:
        await _say_farewell(supervisor, fleet)
        raise
    await _say_farewell(supervisor, fleet)


async def _say_farewell(supervisor: Supervisor, fleet: RunFleet | None) -> None:
    if fleet is None or not fleet.plan.remote:
        return
    path = supervisor.temp_folder / "farewell.json"
    write_atomically(path, json.dumps(_order(fleet, {}, _FAREWELL_S, fleet.plan.remote)))
    process = await supervisor.spawn(
        ProcessSpec(
            name="farewell",
            argv=module_command("bench.load.distributed.farewell", str(path)),
            env={**child_environment(os.environ), TOKEN_VARIABLE: fleet.token},
            cwd=supervisor.temp_folder,
            log=supervisor.temp_folder / "farewell.log",
        )
    )
    try:
        await process.wait()
    finally:
        await process.end()


def _order(
    fleet: RunFleet, variables: Mapping[str, str], wait_s: float, workers: int
) -> dict[str, object]:
    return {
        "workers": workers,
        "host": fleet.plan.host,
        "port": fleet.plan.port,
        "wait_s": wait_s,
        "variables": sorted(variables),
    }


async def _await_ready(
    link: DriverLink, processes: list[ManagedProcess], within_s: float
) -> dict[str, Any]:
    """Wait for the master's `ready`, unless one of its local workers ends before."""
    hearing = asyncio.create_task(link.hear("ready", within_s))
    dying = {asyncio.create_task(process.wait()): process for process in processes}
    try:
        await asyncio.wait({hearing, *dying}, return_when=asyncio.FIRST_COMPLETED)
        if not hearing.done():
            await asyncio.wait({hearing}, timeout=_LAST_WORDS_S)
        if hearing.done():
            return hearing.result()
        dead = next(process for task, process in dying.items() if task.done())
        raise GeneratorError(
            f"The {dead.spec.name} ended with exit code {dead.returncode} before it had joined.",
            evidence=dead.log_tail(),
        )
    finally:
        for task in (hearing, *dying):
            task.cancel()
        await asyncio.gather(hearing, *dying, return_exceptions=True)
