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
    knees: Annotated[
        bool, typer.Option("--knees", help="CSV: the knees in place of the step rows.")
    ] = False,
    results: ResultsOption = Path("results"),
) -> None:
    """Show a stored run: its tables, ratios and doubts. Starts nothing."""
    from rich.console import Console

    from bench.analysis.condensing import condense
    from bench.analysis.documenting import document_run
    from bench.reporting.csv_tables import (
        write_comparisons_csv,
        write_knees_csv,
        write_steps_csv,
    )
    from bench.reporting.doubts import build_doubts
    from bench.reporting.json_document import write_json_document
    from bench.reporting.markdown import write_markdown_report
    from bench.reporting.tables import build_sections
    from bench.reporting.terminal import print_sections
    from bench.storage.reading_runs import find_run, read_run

    stored = read_run(find_run(run, results))
    document = document_run(stored)
    condensed = condense(document.steps)
    match output:
        case Format.TERMINAL:
            sections = build_sections(
                stored.record.plan, condensed, document.comparisons, document.knees
            )
            print_sections(Console(), (*sections, build_doubts(stored, condensed)))
        case Format.MD:
            sys.stdout.write(
                write_markdown_report(stored, condensed, document.comparisons, document.knees)
            )
        case Format.CSV if comparisons:
            sys.stdout.write(write_comparisons_csv(document.comparisons))
        case Format.CSV if knees:
            sys.stdout.write(write_knees_csv(document.knees))
        case Format.CSV:
            sys.stdout.write(write_steps_csv(document.steps))
        case Format.JSON:
            sys.stdout.write(write_json_document(document))
