"""`bench claims`: what the trials of runs say of the claims of a suite."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.parameters import ResultsOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.model.claim import Claim, ClaimVerdict
    from bench.model.run import StoredRun


class ClaimsFormat(StrEnum):
    """In which format claims are shown."""

    TERMINAL = "terminal"
    MD = "md"
    JSON = "json"


def claims(
    given: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN...",
            help="Runs, as `bench report` takes one; of an experiment the last one counts.",
            show_default=False,
        ),
    ],
    suite: Annotated[
        Path | None,
        typer.Option(
            "--suite", metavar="FILE.toml", help="The claims; default: the installed suite's."
        ),
    ] = None,
    only: Annotated[
        str | None,
        typer.Option("--only", metavar="ID,...", help="These claims alone, with their evidence."),
    ] = None,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="On the terminal too: every check of every claim.")
    ] = False,
    output: Annotated[
        ClaimsFormat, typer.Option("--format", help="What is printed.")
    ] = ClaimsFormat.TERMINAL,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on stdout; as --format json.")
    ] = False,
    expect: Annotated[
        Path | None,
        typer.Option(
            "--expect",
            metavar="FILE.json",
            help="Exit with 1 if a verdict differs from those in a document of --json.",
        ),
    ] = None,
    results: ResultsOption = Path("results"),
) -> None:
    """Judge the claims of a suite by stored runs. Starts nothing."""
    from bench.analysis.claims.expecting import find_changes
    from bench.analysis.claims.judging import judge_claims
    from bench.cli.closed_output import tolerating_closed_output
    from bench.cli.expected_claims import read_expected
    from bench.errors import EXIT_REGRESSION
    from bench.storage.reading_runs import find_run, read_run

    expected = None if expect is None else read_expected(expect)
    runs = [read_run(find_run(each, results)) for each in given]
    verdicts = judge_claims(_choose(suite, only), runs)
    with tolerating_closed_output():
        _print(
            verdicts,
            runs,
            ClaimsFormat.JSON if as_json else output,
            with_evidence=evidence or only is not None,
        )
    if expected is None:
        return
    changes = find_changes(expected, verdicts, whole=only is None)
    for change in changes:
        sys.stderr.write(f"{change}\n")
    if changes:
        raise typer.Exit(EXIT_REGRESSION)


def _choose(suite: Path | None, only: str | None) -> dict[str, Claim]:
    """Take the suite's claims, or those that are named.

    Raises:
        UsageError: there are none.
        UnknownNameError: one that is named is not among them.
    """
    from bench.cli.choosing import read_suite
    from bench.errors import UnknownNameError, UsageError

    known = read_suite(suite).claims
    if not known:
        raise UsageError(
            f"There are no claims in {suite or 'the installed suite'}.",
            hint="A suite file has them as [claims.ID], with says and holds.",
        )
    if only is None:
        return known
    named = [each.strip() for each in only.split(",")]
    for name in named:
        if name not in known:
            raise UnknownNameError("claim", name, known)
    return {name: known[name] for name in dict.fromkeys(named)}


def _print(
    verdicts: Sequence[ClaimVerdict],
    runs: Sequence[StoredRun],
    output: ClaimsFormat,
    *,
    with_evidence: bool,
) -> None:
    from rich.console import Console

    from bench.model.claim import ClaimsDocument
    from bench.model.run import SCHEMA_VERSION
    from bench.reporting.claim_tables import build_claim_sections
    from bench.reporting.claims_markdown import write_claims_markdown
    from bench.reporting.json_document import write_json_document
    from bench.reporting.terminal import print_sections

    match output:
        case ClaimsFormat.TERMINAL:
            sections = build_claim_sections(verdicts, with_evidence=with_evidence)
            print_sections(Console(), sections)
        case ClaimsFormat.MD:
            sys.stdout.write(write_claims_markdown(verdicts, runs))
        case ClaimsFormat.JSON:
            document = ClaimsDocument(
                schema_version=SCHEMA_VERSION,
                runs=tuple(run.record.run_id for run in runs),
                claims=tuple(verdicts),
            )
            sys.stdout.write(write_json_document(document))
