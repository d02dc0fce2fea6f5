"""`bench profile`: py-spy under load."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.parameters import RateOption, ResultsOption, SeedOption, UsersOption


def profile(
    target: Annotated[
        str, typer.Argument(metavar="NAME/VARIANT", help="Experiment (or file) and variant.")
    ],
    users: UsersOption = None,
    rate: RateOption = None,
    seconds: Annotated[
        int, typer.Option("--seconds", min=1, max=600, help="How long py-spy samples, twice.")
    ] = 5,
    gil: Annotated[
        bool, typer.Option("--gil", help="Only threads that hold the interpreter's lock.")
    ] = False,
    idle: Annotated[
        bool, typer.Option("--idle", help="Threads that wait, too: finds blocking calls.")
    ] = False,
    dump: Annotated[
        bool, typer.Option("--dump", help="Print where every thread is, once, under load.")
    ] = False,
    seed: SeedOption = None,
    results: ResultsOption = Path("results"),
) -> None:
    """Load one target, and show which functions held its event loop: a table and a flame graph.

    The load is the first stratum of the experiment at the top of its ladder, or at the level given.
    """
    from bench.cli.profiling import profile_target

    profile_target(
        target,
        users=users,
        rate=rate,
        seconds=seconds,
        gil=gil,
        idle=idle,
        dump=dump,
        seed=seed,
        results=results,
    )
