"""`bench show`: one experiment in full."""

from __future__ import annotations

from typing import Annotated

import typer


def show(
    name: Annotated[str, typer.Argument(metavar="NAME|FILE.toml", help="The experiment.")],
) -> None:
    """Show an experiment: its question, variants, load and conditions."""
    from rich.console import Console

    from bench.cli.choosing import choose_experiments
    from bench.reporting.listing import experiment_details

    for experiment in choose_experiments([name]):
        Console().print(experiment_details(experiment))
