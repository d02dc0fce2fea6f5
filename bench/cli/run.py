"""`bench run`: measure experiments, end to end."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.checking import (
    CheckOption,
    FailOnInconclusiveOption,
    read_checking,
    require_thresholds,
)
from bench.cli.parameters import (
    AgainOption,
    AllowRemoteOption,
    BindOption,
    DuetOption,
    DurationOption,
    Names,
    Pin,
    PinOption,
    PresetOption,
    RateOption,
    RemoteWorkersOption,
    RepeatOption,
    ResultsOption,
    SeedOption,
    UsersOption,
    VariantsOption,
    WorkersOption,
)


def run(
    names: Names = None,
    preset: PresetOption = None,
    users: UsersOption = None,
    rate: RateOption = None,
    duration: DurationOption = None,
    repeat: RepeatOption = None,
    again: AgainOption = None,
    variants: VariantsOption = None,
    duet: DuetOption = None,
    seed: SeedOption = None,
    pin: PinOption = None,
    workers: WorkersOption = None,
    remote_workers: RemoteWorkersOption = None,
    bind: BindOption = None,
    allow_remote: AllowRemoteOption = False,
    results: ResultsOption = Path("results"),
    resume: Annotated[
        str | None,
        typer.Option(
            "--resume",
            metavar="RUN",
            help="Measure the trials that this run still lacks, as it was planned.",
        ),
    ] = None,
    check: CheckOption = False,
    fail_on_inconclusive: FailOnInconclusiveOption = False,
    with_report: Annotated[
        bool,
        typer.Option("--report/--no-report", help="Write report.html into the run at its end."),
    ] = True,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Show nothing while it goes on.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the run as one JSON document on stdout.")
    ] = False,
) -> None:
    """Run experiments: start the variants, load them, watch them, and compare.

    Without a name, the core set is run at the quick preset.
    """
    from bench.cli.finishing import finish
    from bench.cli.planning import plan_fleet, plan_run
    from bench.cli.running import begin_run, measure_run, resume_run
    from bench.storage.reading_runs import find_run, read_run

    checking = read_checking(check=check, fail_on_inconclusive=fail_on_inconclusive)
    if resume is not None:
        options = (
            *(names, preset, users, rate, duration, repeat, again, variants, duet, seed, pin),
            *(workers, remote_workers, bind),
        )
        if allow_remote or any(option is not None for option in options):
            raise typer.BadParameter("a resumed run is measured as it was planned: give RUN alone")
        if checking:
            require_thresholds(read_run(find_run(resume, results)).record.plan)
        session = resume_run(resume, results)
    else:
        plan = plan_run(
            names or [],
            preset=preset,
            users=users,
            rate=rate,
            window_s=duration,
            repetitions=repeat,
            variants=variants,
            duet=duet,
            seed=seed,
            pin=pin or Pin.AUTO,
            allow_remote=allow_remote,
            fleet=plan_fleet(workers, remote_workers, bind),
            again=again or 0,
        )
        if checking:
            require_thresholds(plan)
        session = begin_run(plan, results)
    outcome = measure_run(session, quiet=quiet)
    finish(session.path, outcome, as_json=as_json, checking=checking, with_report=with_report)
