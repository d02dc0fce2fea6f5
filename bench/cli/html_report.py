"""The HTML report of a run: its figures, its numbers, and what the suite's claims come to."""

from __future__ import annotations

from pathlib import Path

from bench.analysis.claims.judging import judge_claims
from bench.analysis.condensing import condense
from bench.analysis.figures.building import FigureBuilder, Undrawn
from bench.analysis.figures.defaults import figures_of
from bench.cli.choosing import read_suite
from bench.model.claim import ClaimFinding, ClaimVerdict
from bench.model.figure import Figure, ForestFigure, SpectrumFigure, TimelineFigure, VerdictsFigure
from bench.model.figure_data import FigureData
from bench.model.run import RunDocument, StoredRun
from bench.model.suite import Suite
from bench.reporting.html.page import write_page
from bench.reporting.html.run_page import build_run_page
from bench.storage.atomic import write_atomically
from bench.storage.run_folder import REPORT_FILE


def write_html_report(run: StoredRun, document: RunDocument, path: Path | None = None) -> Path:
    """Write the report of a run, by default into its folder.

    Returns:
        Where it is.

    Raises:
        StorageError: it can't be written.
    """
    target = path or run.path / REPORT_FILE
    write_atomically(target, build_html_report(run, document))
    return target


def build_html_report(run: StoredRun, document: RunDocument) -> str:
    """Build the report of a run as one text."""
    suite = read_suite()
    claims = _judge(suite, run)
    page = build_run_page(
        run, document, condense(document.steps), _draw(run, suite, claims), claims
    )
    return write_page(page)


def _judge(suite: Suite, run: StoredRun) -> tuple[ClaimVerdict, ...]:
    """Judge the claims that the run has something for; those alone are told."""
    verdicts = judge_claims(suite.claims, [run])
    return tuple(each for each in verdicts if each.verdict is not ClaimFinding.NOT_MEASURED)


def _draw(
    run: StoredRun, suite: Suite, claims: tuple[ClaimVerdict, ...]
) -> dict[str, list[FigureData]]:
    """Build the figures of each experiment, by its name; those of all by the empty one.

    What would need the raw files of every trial is left to `bench figures`.
    """
    builder = FigureBuilder([run], claims)
    drawn: dict[str, list[FigureData]] = {}
    for owner, name, figure in _list_figures(run, suite):
        if isinstance(figure, SpectrumFigure | TimelineFigure) or not builder.applies(figure):
            continue
        data = builder.build(name, figure, {})
        if not isinstance(data, Undrawn):
            drawn.setdefault(owner, []).append(data)
    return drawn


def _list_figures(run: StoredRun, suite: Suite) -> list[tuple[str, str, Figure]]:
    plan = run.record.plan
    listed = [
        (experiment.name, name, figure)
        for experiment in plan.experiments
        for name, figure in figures_of(experiment, plan)
    ]
    for name, figure in suite.figures.items():
        if isinstance(figure, VerdictsFigure | ForestFigure):
            listed.append(("", name, figure))
        else:
            listed.append((figure.experiment, name, figure))
    return listed
