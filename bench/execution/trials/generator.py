"""Start the driver of a trial: Locust in a process of its own, or the experiment's own command."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.errors import GeneratorError, UsageError
from bench.execution.supervision.processes import (
    ManagedProcess,
    ProcessSpec,
    SpawnError,
    Supervisor,
)
from bench.execution.targets.commands import module_command
from bench.execution.targets.variables import child_environment, fill_all, hash_seed
from bench.execution.trials.driver_link import DriverLink, link_driver
from bench.execution.trials.fleet import (
    TOKEN_VARIABLE,
    RunFleet,
    assemble_workers,
    write_order,
)
from bench.execution.trials.precedence import GENERATOR_NICENESS
from bench.model.experiment import Experiment
from bench.model.flow import SeededValue
from bench.model.trial import GeneratorWorker
from bench.storage.atomic import write_atomically
from bench.storage.evidence import OBSERVATIONS, SLICES

_READY_WITHIN_S: Final = 60.0
"""Importing Locust takes half a second; a scenario of the user's may import much more."""


@dataclass(frozen=True)
class RunningDriver:
    """A driver that is ready; of several processes, if there are workers."""

    link: DriverLink
    processes: tuple[ManagedProcess, ...]
    """Those that run here: the one that is commanded, and its workers."""
    workers: tuple[GeneratorWorker, ...] = ()
    """All workers, wherever they run."""


@asynccontextmanager
async def start_driver(
    supervisor: Supervisor,
    experiment: Experiment,
    *,
    target_url: str,
    env: Mapping[str, str],
    seed: int,
    cores: tuple[int, ...],
    folder: Path,
    allow_remote: bool = False,
    fleet: RunFleet | None = None,
) -> AsyncIterator[RunningDriver]:
    """Run the driver of a trial, ready to be told to load `target_url`.

    Args:
        env: conditions of the stratum and addresses of services, by variable.
        folder: of the trial; slices, observations and the log go there.
        allow_remote: whether hosts may be loaded that are not loopback.
        fleet: the workers that load is sent by; None: by the driver itself.

    Raises:
        GeneratorError: it can't be started, or is not ready in time.
        UsageError: the scenario can't be loaded, there is no such driver, or workers don't join.
    """
    variables = _environment(target_url, env, seed, folder)
    spec = ProcessSpec(
        name="generator",
        argv=(
            *_command(experiment, target_url, folder, allow_remote=allow_remote, fleet=fleet),
            *((str(write_order(fleet, folder, env)),) if fleet else ()),
        ),
        env=variables | ({TOKEN_VARIABLE: fleet.token} if fleet else {}),
        cwd=experiment.folder,
        cores=cores,
        log=folder / "generator.log",
        niceness=GENERATOR_NICENESS,
        wants_control=True,
    )
    try:
        process = await supervisor.spawn(spec)
    except SpawnError as error:
        raise UsageError(
            f"{experiment.name}: the driver {spec.argv[0]} can't be started: {error.message}",
            hint=error.hint,
        ) from error
    if process.control is None:
        raise GeneratorError("The supervisor gave the driver no control socket.")
    try:
        async with link_driver(process.control, last_words=process.log_tail) as link:
            if fleet is None:
                await link.hear("ready", _READY_WITHIN_S)
                yield RunningDriver(link, (process,))
                return
            async with assemble_workers(
                supervisor,
                fleet,
                link,
                env=variables,
                cores=cores,
                cwd=experiment.folder,
                folder=folder,
            ) as (processes, workers):
                yield RunningDriver(link, (process, *processes), workers)
    finally:
        await process.end()


def _command(
    experiment: Experiment,
    target_url: str,
    folder: Path,
    *,
    allow_remote: bool,
    fleet: RunFleet | None,
) -> tuple[str, ...]:
    if experiment.file.driver is not None:
        names = {"python": sys.executable, "folder": str(experiment.folder)}
        return fill_all(experiment.file.driver, names)
    config = folder / "generator.json"
    configuration = _configuration(experiment, target_url) | {"allow_remote": allow_remote}
    write_atomically(config, json.dumps(configuration, indent=1))
    return module_command("bench.load.distributed" if fleet else "bench.load", str(config))


def _configuration(experiment: Experiment, target_url: str) -> dict[str, object]:
    file = experiment.file
    load = file.load
    return {
        "host": target_url,
        "scenario": str((experiment.folder / file.scenario).resolve()) if file.scenario else None,
        "flow": [request.model_dump() for request in file.flow],
        "values": {name: _given(value) for name, value in file.values.items()},
        "stream": file.stream.model_dump() if file.stream else None,
        "connections": load.connections,
        "bystander": load.bystander.model_dump() if load.bystander else None,
        "arrivals": load.arrivals,
        "timeout_s": load.timeout,
        "connect_timeout_s": load.connect_timeout,
        "first_byte_timeout_s": load.first_byte_timeout,
        "max_users": load.max_users,
    }


def _given(value: SeededValue) -> dict[str, object]:
    return value.model_dump(exclude_none=True)


def _environment(
    target_url: str, env: Mapping[str, str], seed: int, folder: Path
) -> dict[str, str]:
    return {
        **child_environment(os.environ),
        **env,
        "PYTHONHASHSEED": hash_seed(seed),
        "PAIRBENCH_TARGET_URL": target_url,
        "PAIRBENCH_SLICES": str(folder / SLICES),
        "PAIRBENCH_OBSERVATIONS": str(folder / OBSERVATIONS),
        "PAIRBENCH_SEED": str(seed),
    }
