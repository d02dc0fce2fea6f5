"""`bench runs`: the runs of a folder."""

from __future__ import annotations

from pathlib import Path

from bench.cli.parameters import ResultsOption


def runs(results: ResultsOption = Path("results")) -> None:
    """List stored runs, oldest first."""
    from rich.console import Console

    from bench.errors import StorageError
    from bench.reporting.listing import build_run_list
    from bench.reporting.terminal import print_table
    from bench.storage.reading_runs import list_runs, read_run

    stored, unreadable = [], {}
    for path in list_runs(results):
        try:
            stored.append(read_run(path))
        except StorageError as error:
            unreadable[path.name] = error.message
    print_table(Console(), build_run_list(stored, unreadable))
