"""`bench report`: the tables of a stored run."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.parameters import ResultsOption, RunArgument


class Format(StrEnum):
    """In which format a run is shown."""

    TERMINAL = "terminal"
    MD = "md"
    CSV = "csv"
    JSON = "json"


def report(
    run: RunArgument,
    output: Annotated[Format, typer.Option("--format", help="What is printed.")] = Format.TERMINAL,
    comparisons: Annotated[
        bool, typer.Option("--comparisons", help="CSV: the ratios in place of the step rows.")
    ] = False,
    results: ResultsOption = Path("results"),
) -> None:
    """Show a stored run: its tables, ratios and doubts. Starts nothing."""
    from rich.console import Console

    from bench.analysis.condensing import condense
    from bench.analysis.documenting import document_run
    from bench.reporting.csv_tables import render_comparisons_csv, render_steps_csv
    from bench.reporting.json_document import render_json
    from bench.reporting.markdown import render_markdown
    from bench.reporting.terminal import print_report
    from bench.storage.reading_runs import find_run, read_run

    stored = read_run(find_run(run, results))
    document = document_run(stored)
    match output:
        case Format.TERMINAL:
            print_report(Console(), document, condense(document.steps), stored)
        case Format.MD:
            sys.stdout.write(render_markdown(document, condense(document.steps), stored))
        case Format.CSV if comparisons:
            sys.stdout.write(render_comparisons_csv(document))
        case Format.CSV:
            sys.stdout.write(render_steps_csv(document))
        case Format.JSON:
            sys.stdout.write(render_json(document) + "\n")
