"""The end of `bench run`: tables or JSON, where the results are, and the exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import typer
from rich.console import Console

from bench.analysis.condensing import condense
from bench.analysis.documenting import document_run
from bench.cli.checking import Checking
from bench.cli.closed_output import tolerating_closed_output
from bench.cli.measuring import Outcome
from bench.errors import (
    EXIT_INTERRUPTED,
    EXIT_NOT_MEASURED,
    EXIT_OK,
    EXIT_REGRESSION,
    BenchError,
    MeasurementError,
    TargetDiedError,
)
from bench.model.caution import CautionCode
from bench.model.run import RunDocument, StoredRun
from bench.reporting.errors_text import print_error
from bench.reporting.json_document import write_json_document
from bench.reporting.tables import build_sections
from bench.reporting.terminal import print_sections
from bench.reporting.threshold_table import build_threshold_sections, count_findings
from bench.storage.reading_runs import read_run
from bench.storage.run_folder import REPORT_FILE


def finish(
    path: Path,
    outcome: Outcome,
    *,
    as_json: bool,
    checking: Checking | None = None,
    with_report: bool = True,
) -> None:
    """Print what a run found, write its report, and exit as it went.

    Raises:
        typer.Exit: with the code of the first failure, or of what else went wrong.
    """
    run = read_run(path)
    document = document_run(run)
    _print_results(run, document, as_json=as_json)
    if with_report and run.trials:
        from bench.cli.html_report import write_html_report

        write_html_report(run, document)
    failures = [*outcome.failures, *_deaths(run)]
    code = EXIT_INTERRUPTED if outcome.interrupted else _exit_code(document, failures, checking)
    with tolerating_closed_output(sys.stderr):
        for failure in failures:
            print_error(Console(stderr=True), failure)
        if checking:
            sys.stderr.write(f"Thresholds: {count_findings(document.thresholds)}\n")
        if code == EXIT_NOT_MEASURED and not failures and not _counts(document):
            print_error(Console(stderr=True), _nothing_counts(document))
        sys.stderr.write(_last_words(run, outcome))
    if code:
        raise typer.Exit(code)


def _print_results(run: StoredRun, document: RunDocument, *, as_json: bool) -> None:
    """Print the results; who reads the first lines alone changes nothing of the exit code."""
    with tolerating_closed_output():
        if as_json:
            sys.stdout.write(write_json_document(document))
            return
        sections = build_sections(
            run.record.plan, condense(document.steps), document.comparisons, document.knees
        )
        thresholds = build_threshold_sections(document.thresholds)
        print_sections(Console(), (*sections, *thresholds))


def _deaths(run: StoredRun) -> Iterator[TargetDiedError]:
    """List the targets that died under load, those of earlier attempts included."""
    for trial in (arm for record in run.trials for arm in record.arms):
        if trial.failure is not None:
            arm = f" ({trial.arm})" if trial.arm else ""
            yield TargetDiedError(
                f"{trial.experiment}/{trial.variant}{arm}, trial {trial.number}: {trial.failure}",
                hint=f"See target.log in the trial's folder below {run.path}.",
            )


def _counts(document: RunDocument) -> bool:
    return any(row.valid for row in document.steps)


def _nothing_counts(document: RunDocument) -> MeasurementError:
    raised = {code for row in document.steps for code in row.cautions}
    codes = [code.value for code in CautionCode if code in raised and code.invalidates]
    return MeasurementError(
        f"No step of this run counts ({', '.join(codes) or 'none was driven'}).",
        hint="Tables and report say why under each step; the report's legend, what to do about it.",
    )


def _last_words(run: StoredRun, outcome: Outcome) -> str:
    words = f"Results: {run.path}\n"
    if outcome.interrupted:
        done, planned = len(run.trials), len(run.record.plan.trials)
        words = f"Interrupted: {done} of {planned} trials are kept.\n{words}"
    if (run.path / REPORT_FILE).exists():
        words += f"Report: {run.path / REPORT_FILE}\n"
    if run.unfinished:
        words += f"Measure the rest: bench run --resume {run.path}\n"
    return words


def _exit_code(
    document: RunDocument, failures: Sequence[BenchError], checking: Checking | None
) -> int:
    if failures:
        return failures[0].exit_code
    of_thresholds = checking.exit_code(document.thresholds) if checking else EXIT_OK
    # Errors make steps invalid, and may be what a threshold is crossed by.
    if of_thresholds != EXIT_REGRESSION and not _counts(document):
        return EXIT_NOT_MEASURED
    return of_thresholds
