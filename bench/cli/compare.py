"""`bench compare`: two stored runs, or two variants of one; starts nothing."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.parameters import ResultsOption

if TYPE_CHECKING:
    from bench.model.comparison import Comparison
    from bench.model.run import StoredRun


class CompareFormat(StrEnum):
    """In which format a comparison is shown."""

    TERMINAL = "terminal"
    MD = "md"
    CSV = "csv"
    JSON = "json"
    HTML = "html"


def compare(
    baseline: Annotated[
        str,
        typer.Argument(metavar="RUN", help="What is divided by, as `bench report` takes it."),
    ],
    candidate: Annotated[
        str | None,
        typer.Argument(metavar="[RUN]", help="The other run.", show_default=False),
    ] = None,
    variants: Annotated[
        str | None,
        typer.Option(
            "--variants",
            metavar="BASELINE,CANDIDATE",
            help="Of one run: these two variants, whichever is the experiment's baseline.",
        ),
    ] = None,
    output: Annotated[
        CompareFormat, typer.Option("--format", help="What is printed.")
    ] = CompareFormat.TERMINAL,
    results: ResultsOption = Path("results"),
) -> None:
    """Compare two stored runs of one machine, or two variants of one run. Starts nothing.

    Runs of different times differ by more than the code: `bench run --duet` measures both at once.
    """
    from bench.errors import UsageError
    from bench.storage.reading_runs import find_run, read_run

    if (candidate is None) == (variants is None):
        raise UsageError(
            "Give a second run, or two variants of the first.",
            hint="bench compare RUN RUN, or bench compare RUN --variants BASELINE,CANDIDATE",
        )
    first = read_run(find_run(baseline, results))
    if candidate is not None:
        second = read_run(find_run(candidate, results))
        found = _compare_runs(first, second)
        title = f"{second.record.run_id} beside {first.record.run_id}"
    else:
        assert variants is not None
        found = _compare_variants(first, variants)
        title = f"{variants} of {first.record.run_id}"
    _print(found, title, output, of_runs=candidate is not None)


def _compare_runs(first: StoredRun, second: StoredRun) -> tuple[Comparison, ...]:
    """Compare two runs.

    Raises:
        FingerprintError: they are of different machines.
        UsageError: they have nothing in common.
    """
    from bench.analysis.comparing_runs import compare_runs
    from bench.errors import FingerprintError, UsageError
    from bench.execution.machine.environment import differing_identity

    one, other = first.record.environment, second.record.environment
    if one.fingerprint != other.fingerprint:
        differing = differing_identity(one, other)
        raise FingerprintError(
            "The two runs are of different machines, and their numbers are never mixed.",
            evidence=[f"{name}: {then}, and {now}" for name, (then, now) in differing.items()],
            hint="Measure both on one machine.",
        )
    found = compare_runs(first, second)
    if not found:
        raise UsageError("The two runs have no step in common: nothing to compare.")
    return found


def _compare_variants(run: StoredRun, variants: str) -> tuple[Comparison, ...]:
    """Compare two variants of a run, in each experiment that has both.

    Raises:
        UsageError: no experiment has both.
    """
    from bench.analysis.comparing import compare_variants
    from bench.errors import UsageError

    named = [name.strip() for name in variants.split(",")]
    if len(named) != 2 or named[0] == named[1]:
        raise UsageError(f"--variants takes two of them, not {variants!r}.")
    baseline, candidate = named
    baselines = {
        experiment.name: baseline
        for experiment in run.record.plan.experiments
        if {baseline, candidate} <= experiment.file.variants.keys()
    }
    found = compare_variants(run.trials, baselines)
    chosen = tuple(
        each for each in found if (each.candidate, each.baseline) == (candidate, baseline)
    )
    if not chosen:
        names = {name for each in run.record.plan.experiments for name in each.file.variants}
        raise UsageError(
            f"No experiment of {run.record.run_id} has measured both {baseline} and {candidate}.",
            hint=f"Its variants are {', '.join(sorted(names))}.",
        )
    return chosen


def _print(
    found: tuple[Comparison, ...], title: str, output: CompareFormat, *, of_runs: bool
) -> None:
    from rich.console import Console

    from bench.cli.closed_output import tolerating_closed_output
    from bench.model.comparison import ComparisonDocument
    from bench.model.run import SCHEMA_VERSION
    from bench.reporting.csv_tables import write_comparisons_csv
    from bench.reporting.html.page import write_page
    from bench.reporting.html.plain_page import build_plain_page
    from bench.reporting.json_document import write_json_document
    from bench.reporting.markdown import write_markdown_section
    from bench.reporting.run_comparison import build_comparison_sections
    from bench.reporting.terminal import print_sections

    sections = build_comparison_sections(found, of_runs=of_runs)
    with tolerating_closed_output():
        match output:
            case CompareFormat.TERMINAL:
                print_sections(Console(), sections)
            case CompareFormat.MD:
                sys.stdout.write("\n\n".join(map(write_markdown_section, sections)) + "\n")
            case CompareFormat.CSV:
                sys.stdout.write(write_comparisons_csv(found))
            case CompareFormat.HTML:
                sys.stdout.write(write_page(build_plain_page(title, sections)))
            case CompareFormat.JSON:
                document = ComparisonDocument(schema_version=SCHEMA_VERSION, comparisons=found)
                sys.stdout.write(write_json_document(document))
