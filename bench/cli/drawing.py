"""Drawing: figures of stored runs, from the files that they are made of to those they go to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.progress import Progress

from bench.analysis.claims.judging import judge_claims
from bench.analysis.figures.building import FigureBuilder
from bench.analysis.figures.misfits import find_figure_misfits
from bench.cli.choosing import read_suite
from bench.errors import UsageError
from bench.model.figure import Figure, ForestFigure, VerdictsFigure
from bench.model.figure_data import FigureData
from bench.model.run import StoredRun
from bench.model.slices import SliceLine
from bench.reporting.charts.drawing import draw_figure
from bench.reporting.charts.look import LOOKS
from bench.reporting.charts.rendering import ImageFormat, render
from bench.reporting.figures_csv import write_figure_csv
from bench.storage.atomic import write_atomically, write_bytes_atomically
from bench.storage.evidence import read_slices
from bench.storage.guarding import storing_in
from bench.storage.reading_runs import find_trial

IMAGES: tuple[ImageFormat, ...] = ("svg", "png", "pdf")


def open_builder(
    runs: Sequence[StoredRun], suite: Path | None
) -> tuple[FigureBuilder, Mapping[str, Figure]]:
    """Read a suite, and return what builds its figures, and the figures.

    Raises:
        ExperimentFileError: the suite is missing or wrong.
        UsageError: a figure names what its experiment doesn't have.
    """
    read = read_suite(suite)
    verdicts = judge_claims(read.claims, runs) if read.claims else ()
    _refuse_misfits(read.figures, runs)
    return FigureBuilder(runs, verdicts), read.figures


def read_needed(needed: Sequence[tuple[StoredRun, int]]) -> dict[int, Sequence[SliceLine]]:
    """Read the slices of trials, which are all of one run."""
    return {number: read_slices(find_trial(run, number)) for run, number in needed}


def draw_all(
    drawn: Sequence[FigureData],
    runs: Sequence[StoredRun],
    folder: Path,
    *,
    theme: str,
    formats: Sequence[str],
) -> None:
    """Write each figure in each format, with the progress on stderr."""
    from rich.console import Console

    records = {run.record.run_id: run.record for run in runs}
    look = LOOKS[theme]
    if drawn:
        with storing_in(folder):
            folder.mkdir(parents=True, exist_ok=True)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        for data in progress.track(drawn, description="Drawing"):
            spec = draw_figure(data, [records[each] for each in data.run_ids], look)
            for image in IMAGES:
                if image in formats:
                    path = folder / f"{data.name}.{image}"
                    write_bytes_atomically(path, render(spec, image))
            if "csv" in formats:
                write_atomically(folder / f"{data.name}.csv", write_figure_csv(data))


def _refuse_misfits(figures: Mapping[str, Figure], runs: Sequence[StoredRun]) -> None:
    known = {
        experiment.name: experiment for run in runs for experiment in run.record.plan.experiments
    }
    for name, figure in figures.items():
        if isinstance(figure, ForestFigure | VerdictsFigure) or figure.experiment not in known:
            continue
        for misfit in find_figure_misfits(figure, known[figure.experiment]):
            raise UsageError(
                f"The figure {name} doesn't fit {figure.experiment}: {misfit}.",
                hint="Mend the suite file, or measure again with the experiment as it is now.",
            )
