"""Start a variant's target, see it ready, and end it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench.errors import TargetStartError
from bench.execution.supervision.processes import (
    ManagedProcess,
    ProcessSpec,
    SpawnError,
    Supervisor,
)
from bench.execution.targets.addresses import locate
from bench.execution.targets.commands import server_command
from bench.execution.targets.listening import listen
from bench.execution.targets.ports import LOOPBACK, free_port
from bench.execution.targets.running_service import wait_for_service
from bench.execution.targets.stratum_env import stratum_env, value_text
from bench.execution.targets.variables import (
    child_environment,
    fill,
    fill_all,
    find_misspelt,
    hash_seed,
)
from bench.model.experiment import Experiment, StratumValue
from bench.model.variant import Variant


@dataclass(frozen=True)
class RunningTarget:
    """A target that is ready."""

    process: ManagedProcess | None
    """None: it already ran, and is none of ours."""
    host: str
    port: int
    url: str
    """Without a slash at the end."""
    command: tuple[str, ...]
    """Empty where it already ran."""
    ready_after_s: float


@asynccontextmanager
async def launch_target(
    supervisor: Supervisor,
    experiment: Experiment,
    variant_name: str,
    stratum: Mapping[str, StratumValue],
    *,
    seed: int,
    cores: tuple[int, ...],
    service_env: Mapping[str, str],
    log: Path,
    observations: Path,
    allow_remote: bool = False,
    environment: Mapping[str, str] = os.environ,
    python: str = sys.executable,
    choose_port: Callable[[], int] = free_port,
) -> AsyncIterator[RunningTarget]:
    """Start a fresh target on a free port; on leaving, end its tree and remove its folder.

    A target that already runs is neither started nor ended.

    Args:
        supervisor: starts and ends it.
        experiment: has the variant.
        variant_name: which variant.
        stratum: the conditions, passed on as STRATUM_... and as placeholders.
        seed: the trial's; decides the hash seed of Python targets.
        cores: where it runs; empty: anywhere.
        service_env: where the services are, such as DATABASE_URL.
        log: takes its output.
        observations: the file that it may append observations to.
        allow_remote: whether a target that already runs may be elsewhere.
        environment: the caller's environment.
        python: the interpreter of apps, and `{python}` in commands.
        choose_port: names a port for each try.

    Raises:
        UsageError: a target that already runs is elsewhere, or has no address.
        TargetStartError: it can't be started, or did not become ready.
        PortTakenError: other processes took its port, several times in a row.
    """
    variant = experiment.file.variants[variant_name]
    if variant.url is not None:
        yield await _find_target(experiment, variant_name, variant.url, allow_remote=allow_remote)
        return
    folder = Path(tempfile.mkdtemp(prefix="target-", dir=supervisor.temp_folder))
    launch = _Launch(
        experiment,
        variant,
        folder,
        names=_placeholders(experiment, stratum, folder, python),
        environment=child_environment(environment, python)
        | {"PYTHONHASHSEED": hash_seed(seed), "PAIRBENCH_OBSERVATIONS": str(observations)}
        | stratum_env(stratum)
        | dict(service_env),
        spec=ProcessSpec(
            name=f"{experiment.name}/{variant_name}",
            argv=(),
            env={},
            cwd=folder,
            log=log,
            cores=cores,
        ),
    )
    ready = experiment.ready_path(variant_name)
    async with AsyncExitStack() as stack:
        # what can't be removed now goes with the run's own folder
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        launch.make_folders()
        try:
            listener = await stack.enter_async_context(
                listen(
                    supervisor,
                    launch.spec_at,
                    ready=ready,
                    timeout_s=variant.ready_timeout,
                    tls=variant.tls,
                    choose_port=choose_port,
                )
            )
        except SpawnError as error:
            hint = f"{launch.tell_misspelt()}{error.hint}"
            raise TargetStartError(error.message, hint=hint) from error
        except TargetStartError as error:
            error.hint = f"{launch.tell_misspelt()}{error.hint}"
            raise
        yield RunningTarget(
            process=listener.process,
            host=listener.host,
            port=listener.port,
            url=listener.url,
            command=listener.process.spec.argv,
            ready_after_s=listener.ready_after_s,
        )


async def _find_target(
    experiment: Experiment, variant_name: str, url: str, *, allow_remote: bool
) -> RunningTarget:
    address = await asyncio.to_thread(locate, url, allow_remote=allow_remote)
    ready_after_s = await wait_for_service(
        f"{experiment.name}/{variant_name}",
        address,
        experiment.ready_path(variant_name),
        timeout_s=experiment.file.variants[variant_name].ready_timeout,
    )
    return RunningTarget(
        process=None,
        host=address.host,
        port=address.port,
        url=address.url,
        command=(),
        ready_after_s=ready_after_s,
    )


@dataclass(frozen=True)
class _Launch:
    """All that is known of a target before its port is."""

    experiment: Experiment
    variant: Variant
    folder: Path
    names: Mapping[str, str]
    environment: Mapping[str, str]
    spec: ProcessSpec

    def make_folders(self) -> None:
        # passable, not readable: a server that changes its uid may have a folder of its own inside
        self.folder.chmod(0o711)
        for name in ("cwd", "temp", "server"):
            (self.folder / name).mkdir(mode=0o755)

    def spec_at(self, port: int) -> ProcessSpec:
        names = dict(self.names) | {"host": LOOPBACK, "port": str(port)}
        cwd = self._cwd(names)
        address = {"HOST": LOOPBACK, "PORT": str(port)}
        own = {name: fill(value, names) for name, value in self.variant.env.items()}
        return replace(
            self.spec,
            argv=self._argv(names, cwd, port),
            env=dict(self.environment) | address | own,
            cwd=cwd,
        )

    def tell_misspelt(self) -> str:
        """Say which placeholders may be misspelt, if any are: they were passed on as they stand."""
        names = [*self.names, "host", "port"]
        spec = self.spec_at(0)
        texts = (*spec.argv, str(spec.cwd), *(spec.env[name] for name in self.variant.env))
        told = (
            f"{found} is no placeholder: is {meant} meant? "
            for found, meant in find_misspelt(texts, names).items()
        )
        return "".join(told)

    def _cwd(self, names: Mapping[str, str]) -> Path:
        """Where the variant says; else a command beside its experiment file, an app nowhere."""
        if self.variant.cwd is not None:
            return (self.experiment.folder / fill(self.variant.cwd, names)).resolve()
        return self.experiment.folder if self.variant.command else self.folder / "cwd"

    def _argv(self, names: Mapping[str, str], cwd: Path, port: int) -> tuple[str, ...]:
        if self.variant.command is not None:
            return fill_all(self.variant.command, names)
        assert self.variant.app is not None
        assert self.variant.server is not None
        return server_command(
            self.variant.app,
            self.variant.server,
            python=self.names["python"],
            root=self.experiment.root,
            cwd=cwd,
            temp=self.folder / "server",
            host=LOOPBACK,
            port=port,
        )


def _placeholders(
    experiment: Experiment, stratum: Mapping[str, StratumValue], folder: Path, python: str
) -> dict[str, str]:
    return {name: value_text(value) for name, value in stratum.items()} | {
        "python": python,
        "folder": str(experiment.folder),
        "temp": str(folder / "temp"),
    }
