"""`bench plan`: what would run, in which order, for how long."""

from __future__ import annotations

from bench.cli.parameters import (
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
    SeedOption,
    UsersOption,
    VariantsOption,
    WorkersOption,
)


def plan(
    names: Names = None,
    preset: PresetOption = None,
    users: UsersOption = None,
    rate: RateOption = None,
    duration: DurationOption = None,
    repeat: RepeatOption = None,
    variants: VariantsOption = None,
    duet: DuetOption = None,
    seed: SeedOption = None,
    pin: PinOption = None,
    workers: WorkersOption = None,
    remote_workers: RemoteWorkersOption = None,
    bind: BindOption = None,
    allow_remote: AllowRemoteOption = False,
) -> None:
    """Show what a run would do: its trials in their order, and how long they take."""
    from rich.console import Console

    from bench.cli.planning import plan_fleet, plan_run
    from bench.cli.running import find_skipped
    from bench.execution.machine.environment import read_environment
    from bench.planning.estimating_time import estimate_plan_s, estimate_trial_s
    from bench.reporting.listing import build_plan_table
    from bench.reporting.terminal import print_table

    planned = plan_run(
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
    )
    skipped = find_skipped(planned, read_environment())
    kept = tuple(trial for trial in planned.trials if trial.experiment not in skipped)
    planned = planned.model_copy(update={"trials": kept})
    estimates = {trial.number: estimate_trial_s(trial) for trial in planned.trials}
    table = build_plan_table(planned, estimates, estimate_plan_s(planned), skipped)
    print_table(Console(), table)
