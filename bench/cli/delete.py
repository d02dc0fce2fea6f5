"""`bench delete`: remove a stored run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.parameters import ResultsOption, RunArgument


def delete(
    run: RunArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    results: ResultsOption = Path("results"),
) -> None:
    """Delete a stored run, after asking."""
    from bench.storage.reading_runs import find_run
    from bench.storage.run_folder import remove_run

    path = find_run(run, results)
    if not yes:
        typer.confirm(f"Delete {path} and all that is in it?", abort=True, err=True)
    remove_run(path)
    typer.echo(f"Deleted {path}", err=True)
