"""Profiling a target: a run of one trial, into which py-spy looks while its window is open."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from bench.analysis.profiling import profile_thread
from bench.cli.measuring import measure
from bench.cli.parameters import Ladder, Pin
from bench.cli.planning import plan_run
from bench.cli.running import Session, begin_run
from bench.cli.targets import choose_target
from bench.errors import EXIT_INTERRUPTED, MeasurementError, ProfilerError, UsageError
from bench.execution.machine.needs import may_trace
from bench.execution.profiling.py_spy import PySpy, find_py_spy
from bench.execution.trials.setting import TrialSetting
from bench.execution.trials.standing import StandingTarget
from bench.model.experiment import Experiment
from bench.model.plan import Plan
from bench.model.progress import ProgressEvent, StepPhaseBegan
from bench.planning.estimating_time import estimate_trial_s
from bench.reporting.profile_tables import build_profile_section
from bench.reporting.terminal import print_sections
from bench.reporting.view import choose_view
from bench.storage.reading_runs import read_run

_FINDING_ITS_WAY_S: Final = 2
"""What py-spy takes on top of the time that it samples for, each time."""


def profile_target(
    given: str,
    *,
    users: Ladder | None,
    rate: Ladder | None,
    seconds: int,
    gil: bool,
    idle: bool,
    dump: bool,
    seed: int | None,
    results: Path,
) -> None:
    """Load a target, look into it, and print which functions held the loop.

    Raises:
        UsageError: there is no such target, or it is none of our processes.
        ProfilerError: py-spy is missing, or may not look into the target.
    """
    experiment, variant = choose_target(given)
    if experiment.file.variants[variant].url is not None:
        raise UsageError(f"{given} runs already: it is none of our processes to look into.")
    find_py_spy()
    if not may_trace():
        raise ProfilerError(
            "Looking into other processes (ptrace) is not allowed here.",
            hint="Run as root, or give the container the capability SYS_PTRACE "
            "(docker run --cap-add SYS_PTRACE).",
        )
    window_s = 2.0 * (seconds + _FINDING_ITS_WAY_S)
    plan = _plan(experiment, variant, users, rate, window_s, seed)
    options = [option for option, chosen in (("--gil", gil), ("--idle", idle)) if chosen]
    session = begin_run(plan, results)
    looking = _Looking(session, seconds, options, dump=dump)
    _measure(session, looking)
    _show(session, looking, options)


def _plan(
    experiment: Experiment,
    variant: str,
    users: Ladder | None,
    rate: Ladder | None,
    window_s: float,
    seed: int | None,
) -> Plan:
    """Plan one trial with one step: the first stratum, at the top of the ladder."""
    plan = plan_run(
        [str(experiment.path)],
        preset=None,
        users=users,
        rate=rate,
        window_s=window_s,
        repetitions=1,
        variants=None,
        duet=False,
        seed=seed,
        pin=Pin.AUTO,
        allow_remote=False,
        fleet=None,
    )
    first = {name: values[0] for name, values in experiment.file.strata.items()}
    trial = next(each for each in plan.trials if (each.variant, each.stratum) == (variant, first))
    if not trial.steps:
        raise UsageError(f"{experiment.name} searches for its rate: give --rate.")
    top = trial.steps[-1].model_copy(update={"index": 0})
    alone = trial.model_copy(update={"number": 1, "steps": (top,)})
    name = f"profile-{experiment.name}-{variant}"
    return plan.model_copy(update={"name": name[:60], "trials": (alone,)})


class _Looking:
    """Lets py-spy look while the window is open."""

    def __init__(
        self, session: Session, seconds: int, options: Sequence[str], *, dump: bool
    ) -> None:
        self.folder = session.path.resolve() / "profile"
        self.stacks = self.folder / "stacks.txt"
        self.flame_graph = self.folder / "flamegraph.svg"
        self.dumped = ""
        self.failure: ProfilerError | None = None
        self._seconds = seconds
        self._options = options
        self._dump = dump
        self._spy: PySpy | None = None
        self._task: asyncio.Task[None] | None = None

    def attend(self, setting: TrialSetting, standing: Sequence[StandingTarget]) -> None:
        """Take note of the target, once it stands."""
        process = standing[0].target.process
        assert process is not None
        self.folder.mkdir(exist_ok=True)
        self._spy = PySpy(
            setting.supervisor, process.pid, self.folder, setting.placement.generator, self._options
        )

    def notice(self, event: ProgressEvent) -> None:
        """Begin to look when the window opens."""
        if isinstance(event, StepPhaseBegan) and event.phase == "window":
            self._task = asyncio.create_task(self._look())

    async def _look(self) -> None:
        assert self._spy is not None
        try:
            if self._dump:
                self.dumped = await self._spy.dump()
            await self._spy.record("raw", self.stacks, self._seconds)
            await self._spy.record("flamegraph", self.flame_graph, self._seconds)
        except ProfilerError as error:
            self.failure = error


def _measure(session: Session, looking: _Looking) -> None:
    plan = session.record.plan
    estimates = {trial.number: estimate_trial_s(trial) for trial in plan.trials}
    with choose_view(Console(stderr=True), plan, estimates) as view:

        def announce(event: ProgressEvent) -> None:
            view.announce(event)
            looking.notice(event)

        outcome = asyncio.run(
            measure(
                plan,
                session.folder,
                frozenset(),
                session.record.environment,
                announce,
                attend=looking.attend,
            )
        )
    if outcome.interrupted:
        sys.exit(EXIT_INTERRUPTED)
    for failure in (*outcome.failures, looking.failure):
        if failure is not None:
            raise failure


def _show(session: Session, looking: _Looking, options: Sequence[str]) -> None:
    if not looking.stacks.exists():
        raise MeasurementError(
            "The window closed before py-spy had looked.", hint="Give --seconds a smaller number."
        )
    run = read_run(session.path)
    rows = [row for trial in run.trials for step in trial.steps for row in step.rows]
    row = next((row for row in rows if row.name is None), None)
    profile = profile_thread(looking.stacks.read_text(errors="replace").splitlines())
    if looking.dumped:
        sys.stdout.write(f"{looking.dumped}\n")
    print_sections(Console(), [build_profile_section(profile, row, " ".join(options))])
    if looking.flame_graph.exists():
        sys.stderr.write(f"Flame graph: {looking.flame_graph}\n")
    sys.stderr.write(f"Results: {session.path}\n")
