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
    from bench.reporting.experiment_sheet import build_experiment_sheet
    from bench.reporting.terminal import print_sections

    sheets = [build_experiment_sheet(experiment) for experiment in choose_experiments([name])]
    print_sections(Console(), sheets)
