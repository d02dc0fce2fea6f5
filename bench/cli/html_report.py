"""The HTML report of a run: its figures, its numbers, and what the suite's claims come to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.analysis.claims.judging import judge_claims
from bench.analysis.condensing import condense
from bench.analysis.figures.building import FigureBuilder, Undrawn
from bench.analysis.figures.defaults import figures_of
from bench.cli.choosing import read_suite
from bench.errors import StorageError
from bench.model.claim import ClaimFinding, ClaimVerdict
from bench.model.figure import (
    Figure,
    ForestFigure,
    SpectrumFigure,
    TimelineFigure,
    VerdictsFigure,
)
from bench.model.figure_data import FigureData
from bench.model.run import RunDocument, StoredRun
from bench.model.slices import SliceLine
from bench.model.suite import Suite
from bench.reporting.html.page import write_page
from bench.reporting.html.run_page import build_run_page
from bench.storage.atomic import write_atomically
from bench.storage.evidence import read_slices
from bench.storage.reading_runs import find_trial
from bench.storage.run_folder import REPORT_FILE

_READ_AT_MOST: Final = 100
"""Trials whose raw files a report reads, in a second or two; `bench figures` reads all."""

_TELLING: Final = {"kind", "experiment", "over", "quantities", "quantity", "references", "columns"}
"""What two figures have in common where the one that shows all variants and levels is enough."""
_WORDS: Final = {"title", "alt"}

_DRAWN_AT_MOST: Final = 400
"""Charts of a report, made in a quarter of a minute; `bench figures --each` draws all."""


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
    figures, all_drawn = _draw(run, suite, claims)
    page = build_run_page(
        run, document, condense(document.steps), figures, claims, all_drawn=all_drawn
    )
    return write_page(page)


def _judge(suite: Suite, run: StoredRun) -> tuple[ClaimVerdict, ...]:
    """Judge the claims that the run has something for; those alone are told."""
    verdicts = judge_claims(suite.claims, [run])
    return tuple(each for each in verdicts if each.verdict is not ClaimFinding.NOT_MEASURED)


def _draw(
    run: StoredRun, suite: Suite, claims: tuple[ClaimVerdict, ...]
) -> tuple[dict[str, list[FigureData]], bool]:
    """Build the figures of each experiment, by its name; those of all by the empty one.

    What would need the raw files of more trials than a report reads, or of some that can't be read,
    is left out, and so is what comes after the last chart that a report has room for.

    Returns:
        the figures, and whether that is all of them.
    """
    builder = FigureBuilder([run], claims)
    raw = _RawFiles(run)
    drawn: dict[str, list[FigureData]] = {}
    all_drawn = True
    for owner, name, figure in _list_figures(run, suite):
        if not builder.applies(figure):
            continue
        if not raw.have([number for _, number in builder.needed_slices(figure)]):
            all_drawn = False
            continue
        data = builder.build(name, figure, raw.slices)
        if isinstance(data, Undrawn):
            continue
        if sum(map(len, drawn.values())) == _DRAWN_AT_MOST:
            return drawn, False
        drawn.setdefault(owner, []).append(data)
    return drawn, all_drawn


class _RawFiles:
    """The raw files of some trials of a run, each read once."""

    def __init__(self, run: StoredRun) -> None:
        self.slices: dict[int, Sequence[SliceLine]] = {}
        self._run = run

    def have(self, trials: Sequence[int]) -> bool:
        """Read what of some trials isn't read yet; tell whether all of it is there."""
        missing = [number for number in trials if number not in self.slices]
        if len(self.slices) + len(missing) > _READ_AT_MOST:
            return False
        try:
            self.slices.update(
                {number: read_slices(find_trial(self._run, number)) for number in missing}
            )
        except StorageError:
            return False
        return True


def _list_figures(run: StoredRun, suite: Suite) -> list[tuple[str, str, Figure]]:
    """List figures of all first, then default ones, then those of the suite that tell more."""
    plan = run.record.plan
    default: list[tuple[str, str, Figure]] = [
        (experiment.name, name, figure)
        for experiment in plan.experiments
        for name, figure in figures_of(experiment, plan)
    ]
    told = [_told(figure) for _, _, figure in default]
    of_all: list[tuple[str, str, Figure]] = []
    more: list[tuple[str, str, Figure]] = []
    for name, figure in suite.figures.items():
        if isinstance(figure, VerdictsFigure | ForestFigure):
            of_all.append(("", name, figure))
        elif _told(figure) not in told:
            more.append((figure.experiment, name, figure))
    return [*of_all, *default, *more]


def _told(figure: Figure) -> dict[str, object]:
    """Return what a figure tells; spectra and time lines show one level, and no other's."""
    if isinstance(figure, SpectrumFigure | TimelineFigure):
        return figure.model_dump(exclude=_WORDS)
    return figure.model_dump(include=_TELLING)
