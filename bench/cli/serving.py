"""Keep one target and its services up until somebody stops it."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from bench.cli.targets import choose_target
from bench.errors import TargetDiedError, UsageError
from bench.execution.services.starting import start_services
from bench.execution.supervision.processes import supervise
from bench.execution.targets.launching import RunningTarget, launch_target
from bench.model.experiment import Experiment, StratumValue


async def serve_until_stopped(given: str) -> None:
    """Start the variant that `NAME/VARIANT` names, in the first stratum, and wait for a signal.

    Raises:
        UsageError: there is no such experiment or variant.
        TargetError: it does not start, or ends by itself.
    """
    experiment, variant = choose_target(given)
    if (url := experiment.file.variants[variant].url) is not None:
        raise UsageError(f"{given} already runs, at {url}: there is nothing to start.")
    stratum = {name: values[0] for name, values in experiment.file.strata.items()}
    async with (
        supervise() as supervisor,
        start_services(supervisor, experiment, cores=()) as services,
        launch_target(
            supervisor,
            experiment,
            variant,
            stratum,
            seed=0,
            cores=(),
            service_env=services.env,
            log=supervisor.temp_folder / "target.log",
            observations=Path("/dev/null"),
        ) as target,
    ):
        _tell(experiment, variant, stratum, target)
        await _until_stopped(target)


def _tell(
    experiment: Experiment, variant: str, stratum: dict[str, StratumValue], target: RunningTarget
) -> None:
    conditions = ", ".join(f"{name} = {value}" for name, value in stratum.items())
    sys.stderr.write(
        f"{experiment.name}/{variant}{f' ({conditions})' if conditions else ''}"
        f" is at {target.url} - stop it with Ctrl-C\n"
    )
    sys.stdout.write(f"{target.url}\n")
    sys.stdout.flush()


async def _until_stopped(target: RunningTarget) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    assert target.process is not None
    stopping = asyncio.create_task(stopped.wait())
    dying = asyncio.create_task(target.process.wait())
    await asyncio.wait({stopping, dying}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    dying.cancel()
    if not stopped.is_set():
        raise TargetDiedError(
            f"The target ended with exit code {target.process.returncode}.",
            evidence=target.process.log_tail(20),
        )
