"""`bench report`: the tables of a stored run."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.checking import (
    CheckOption,
    FailOnInconclusiveOption,
    read_checking,
    require_thresholds,
)
from bench.cli.parameters import ResultsOption, RunArgument

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.model.run import RunDocument, StoredRun


class Format(StrEnum):
    """In which format a run is shown."""

    TERMINAL = "terminal"
    MD = "md"
    CSV = "csv"
    JSON = "json"
    HTML = "html"


def report(
    run: RunArgument,
    output: Annotated[Format, typer.Option("--format", help="What is printed.")] = Format.TERMINAL,
    comparisons: Annotated[
        bool, typer.Option("--comparisons", help="CSV: the ratios in place of the step rows.")
    ] = False,
    knees: Annotated[
        bool, typer.Option("--knees", help="CSV: the knees in place of the step rows.")
    ] = False,
    thresholds: Annotated[
        bool, typer.Option("--thresholds", help="CSV: the thresholds in place of the step rows.")
    ] = False,
    output_file: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="FILE", help="HTML: where it goes; default: report.html in the run."
        ),
    ] = None,
    check: CheckOption = False,
    fail_on_inconclusive: FailOnInconclusiveOption = False,
    results: ResultsOption = Path("results"),
) -> None:
    """Show a stored run: its tables, ratios and doubts. Starts nothing."""
    from bench.analysis.documenting import document_run
    from bench.cli.closed_output import tolerating_closed_output
    from bench.reporting.json_document import write_json_document
    from bench.storage.reading_runs import find_run, read_run

    checking = read_checking(check=check, fail_on_inconclusive=fail_on_inconclusive)
    tables = {"--comparisons": comparisons, "--knees": knees, "--thresholds": thresholds}
    chosen = [name for name, given in tables.items() if given]
    _require_format(output, chosen, output_file)
    stored = read_run(find_run(run, results))
    if checking:
        require_thresholds(stored.record.plan)
    document = document_run(stored)
    with tolerating_closed_output():
        match output:
            case Format.TERMINAL:
                _print_tables(stored, document)
            case Format.MD:
                sys.stdout.write(_write_markdown(stored, document))
            case Format.CSV:
                sys.stdout.write(_write_csv(document, chosen))
            case Format.JSON:
                sys.stdout.write(write_json_document(document))
            case Format.HTML:
                _write_html(stored, document, output_file)
    if checking and (code := checking.exit_code(document.thresholds)):
        raise typer.Exit(code)


def _require_format(output: Format, tables: Sequence[str], output_file: Path | None) -> None:
    """Make sure that the options are of the format that is asked for, and say one thing.

    Raises:
        BadParameter: they aren't.
    """
    if len(tables) > 1:
        raise typer.BadParameter(f"{' and '.join(tables)} are different tables: give one of them")
    if tables and output is not Format.CSV:
        raise typer.BadParameter(f"{tables[0]} chooses a table of --format csv: give both")
    if output_file is not None and output is not Format.HTML:
        raise typer.BadParameter(
            "--output is for --format html; the other formats are printed, and `> FILE` keeps them"
        )


def _write_html(stored: StoredRun, document: RunDocument, path: Path | None) -> None:
    from bench.cli.html_report import write_html_report

    sys.stdout.write(f"{write_html_report(stored, document, path)}\n")


def _print_tables(stored: StoredRun, document: RunDocument) -> None:
    from rich.console import Console

    from bench.analysis.condensing import condense
    from bench.reporting.doubts import build_doubts
    from bench.reporting.tables import build_sections
    from bench.reporting.terminal import print_sections
    from bench.reporting.threshold_table import build_threshold_sections

    condensed = condense(document.steps)
    sections = (
        *build_sections(stored.record.plan, condensed, document.comparisons, document.knees),
        *build_threshold_sections(document.thresholds),
        build_doubts(stored, condensed),
    )
    print_sections(Console(), sections)


def _write_markdown(stored: StoredRun, document: RunDocument) -> str:
    from bench.analysis.condensing import condense
    from bench.reporting.markdown import write_markdown_report

    condensed = condense(document.steps)
    return write_markdown_report(
        stored, condensed, document.comparisons, document.knees, document.thresholds
    )


def _write_csv(document: RunDocument, chosen: Sequence[str]) -> str:
    from bench.reporting.csv_tables import (
        write_comparisons_csv,
        write_knees_csv,
        write_steps_csv,
        write_thresholds_csv,
    )

    match next(iter(chosen), "steps"):
        case "--comparisons":
            return write_comparisons_csv(document.comparisons)
        case "--knees":
            return write_knees_csv(document.knees)
        case "--thresholds":
            return write_thresholds_csv(document.thresholds)
        case _:
            return write_steps_csv(document.steps)
