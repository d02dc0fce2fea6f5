"""What the two arms of a gate's duets are started from: a tree and services for each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from bench.cli.gating.session import GateSession
from bench.execution.machine.pinning import can_pin, pin_self
from bench.execution.services.starting import RunningServices, start_services
from bench.execution.supervision.processes import Supervisor
from bench.execution.trees.migrating import migrate
from bench.execution.trees.prepared_tree import PreparedTree
from bench.execution.trials.comparing_answers import References
from bench.execution.trials.setting import Side, TrialSetting
from bench.model.arm import ARMS, Arm
from bench.model.experiment import Experiment
from bench.model.gate_settings import GateSettings
from bench.model.plan import Placement
from bench.model.progress import Notice
from bench.planning.matching import MatchedExperiment
from bench.planning.placing import place

_DATABASE: Final = "DATABASE_URL"
"""Only a database of the arm's own is migrated: never one that the caller's environment names."""


@asynccontextmanager
async def setting_up(
    session: GateSession,
    supervisor: Supervisor,
    matched: MatchedExperiment,
    trees: Mapping[Arm, PreparedTree],
    settings: GateSettings,
) -> AsyncIterator[TrialSetting]:
    """Give each arm its services, brought to their state by its own migrations.

    Raises:
        ServiceError: a service can't be had.
        TargetStartError: the candidate's migrations failed.
        TreeError: the baseline's did.
    """
    placement = _place(session, matched.candidate)
    experiments: dict[Arm, Experiment] = {
        "baseline": matched.baseline,
        "candidate": matched.candidate,
    }
    async with AsyncExitStack() as stack:
        sides: dict[Arm | None, Side] = {}
        for arm in ARMS:
            logs = session.folder.services_path(f"{matched.candidate.name}-{arm}")
            services = await _start(
                stack, session, supervisor, experiments[arm], placement, logs, trees[arm]
            )
            if settings.migrate and _DATABASE in services.env:
                await migrate(
                    supervisor,
                    trees[arm],
                    settings.migrate,
                    service_env=services.env,
                    log=logs / "migrate.log",
                    announce=session.announce,
                )
            sides[arm] = Side(
                experiments[arm],
                services.env,
                services.descriptions,
                lambda services=services: services.pids,  # type: ignore[misc]
                python=trees[arm].python,
                environment=trees[arm].environment,
            )
        sides[None] = sides["baseline"]
        yield TrialSetting(
            supervisor=supervisor,
            experiment=matched.candidate,
            sides=sides,
            placement=placement,
            probe_seed=session.record.plan.seed,
            references=References(),
            announce=session.announce,
            cores=session.record.environment.cores,
            allow_remote=False,
        )


def _place(session: GateSession, experiment: Experiment) -> Placement:
    placement = place(
        session.record.environment.usable_cores,
        experiment.file.cores,
        session.record.plan.pin,
        can_pin=can_pin(),
        generator_cores=2,
    )
    pin_self(placement.services or placement.generator)
    return placement


async def _start(
    stack: AsyncExitStack,
    session: GateSession,
    supervisor: Supervisor,
    experiment: Experiment,
    placement: Placement,
    logs: Path,
    tree: PreparedTree,
) -> RunningServices:
    if experiment.file.services:
        session.announce(Notice(text=f"starting services for {experiment.name}"))
    return await stack.enter_async_context(
        start_services(
            supervisor,
            experiment,
            cores=placement.services,
            folder=logs,
            environment=tree.environment,
            python=tree.python,
        )
    )
