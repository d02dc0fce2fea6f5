"""The services that targets need beside them: started before the trials, ended after."""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from bench.errors import ServiceError, TargetStartError
from bench.execution.services.database import RunningDatabase, read_version
from bench.execution.services.embedded_postgres import embedded_postgres
from bench.execution.services.external_postgres import external_postgres
from bench.execution.supervision.processes import (
    ManagedProcess,
    ProcessSpec,
    SpawnError,
    Supervisor,
)
from bench.execution.targets.commands import module_command
from bench.execution.targets.listening import Listener, listen
from bench.execution.targets.ports import LOOPBACK
from bench.execution.targets.stratum_env import variable_name
from bench.execution.targets.variables import child_environment, fill, fill_all
from bench.model.experiment import CommandService, Experiment

_READY_TIMEOUT_S: Final = 60.0

_Entered = TypeVar("_Entered")


@dataclass(frozen=True)
class RunningServices:
    """Services that are ready."""

    env: dict[str, str]
    """Where they are: DATABASE_URL and DATABASE_SCHEMA, UPSTREAM_URL, <NAME>_URL."""
    processes: tuple[ManagedProcess, ...]
    descriptions: dict[str, str]
    """What each is, for the record."""

    @property
    def pids(self) -> tuple[int, ...]:
        """The roots of their process trees."""
        return tuple(process.pid for process in self.processes)


@asynccontextmanager
async def start_services(
    supervisor: Supervisor,
    experiment: Experiment,
    *,
    cores: tuple[int, ...],
    folder: Path | None = None,
    environment: Mapping[str, str] = os.environ,
    python: str = sys.executable,
) -> AsyncIterator[RunningServices]:
    """Start what an experiment names as its services; on leaving, end them in reverse.

    Args:
        supervisor: starts and ends them.
        experiment: names them.
        cores: where they run; empty: anywhere.
        folder: takes their logs; None: the run's temporary folder.
        environment: the caller's; a DATABASE_URL in it takes the place of our own PostgreSQL.
        python: stands for `{python}` in commands.

    Raises:
        ServiceError: one of them can't be had; says which, and why.
    """
    folder = folder or supervisor.temp_folder
    hosts = _Hosts(supervisor, experiment, cores, folder, environment, python)
    env: dict[str, str] = {}
    descriptions: dict[str, str] = {}
    processes: list[ManagedProcess] = []
    async with AsyncExitStack() as stack:
        for service in experiment.file.services:
            match service:
                case "postgres":
                    database = await _enter(stack, service, hosts.postgres())
                    env |= {"DATABASE_URL": database.url, "DATABASE_SCHEMA": database.schema}
                    processes += [database.process] if database.process else []
                    descriptions[service] = await _describe(database)
                case "upstream":
                    upstream = await _enter(stack, service, hosts.upstream())
                    env["UPSTREAM_URL"] = upstream.url
                    processes.append(upstream.process)
                    descriptions[service] = "our own, asyncio"
                case CommandService(name=name):
                    listener = await _enter(stack, name, hosts.command(service))
                    env[f"{variable_name(name)}_URL"] = listener.url
                    processes.append(listener.process)
                    descriptions[name] = shlex.join(service.command)
        yield RunningServices(env, tuple(processes), descriptions)


async def _describe(database: RunningDatabase) -> str:
    place = "embedded" if database.process else "at DATABASE_URL"
    return f"PostgreSQL {await read_version(database)}, {place}"


async def _enter(
    stack: AsyncExitStack, name: str, context: AbstractAsyncContextManager[_Entered]
) -> _Entered:
    """Start one service; what keeps it from starting is a matter of services, not of targets."""
    try:
        return await stack.enter_async_context(context)
    except (TargetStartError, SpawnError) as error:
        raise ServiceError(
            f"The service {name} can't be had: {error.message}",
            hint=error.hint,
            evidence=error.evidence,
        ) from error


@dataclass(frozen=True)
class _Hosts:
    """Who runs services, where, and for which experiment."""

    supervisor: Supervisor
    experiment: Experiment
    cores: tuple[int, ...]
    folder: Path
    environment: Mapping[str, str]
    python: str

    def postgres(self) -> AbstractAsyncContextManager[RunningDatabase]:
        url = self.environment.get("DATABASE_URL")
        if url:
            return external_postgres(url)
        log = self.folder / "postgres.log"
        return embedded_postgres(self.supervisor, cores=self.cores, log=log)

    def upstream(self) -> AbstractAsyncContextManager[Listener]:
        def spec_at(port: int) -> ProcessSpec:
            argv = module_command("bench.execution.services.upstream", "--port", str(port))
            return self._spec("upstream", argv, {}, self.supervisor.temp_folder)

        return listen(self.supervisor, spec_at, ready="/ping", timeout_s=_READY_TIMEOUT_S)

    def command(self, service: CommandService) -> AbstractAsyncContextManager[Listener]:
        temp = tempfile.mkdtemp(prefix="service-", dir=self.supervisor.temp_folder)
        folder = self.experiment.folder
        fixed = {"host": LOOPBACK, "python": self.python, "folder": str(folder), "temp": temp}

        def spec_at(port: int) -> ProcessSpec:
            names = fixed | {"port": str(port)}
            own = {name: fill(value, names) for name, value in service.env.items()}
            address = {"HOST": LOOPBACK, "PORT": str(port)}
            argv = fill_all(service.command, names)
            return self._spec(service.name, argv, address | own, folder)

        return listen(self.supervisor, spec_at, ready=service.ready, timeout_s=_READY_TIMEOUT_S)

    def _spec(
        self, name: str, argv: tuple[str, ...], env: Mapping[str, str], cwd: Path
    ) -> ProcessSpec:
        return ProcessSpec(
            name=name,
            argv=argv,
            env=child_environment(self.environment, self.python) | dict(env),
            cwd=cwd,
            log=self.folder / f"{name}.log",
            cores=self.cores,
        )
