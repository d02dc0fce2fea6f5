"""`python -m benchmarks.reference [RUN...]`: the reference runs' verdicts and figures, in docs.

Each RUN that is given, a folder in the `results` of a clone, becomes a reference run before that,
and takes the place of earlier ones for its experiments.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.analysis.claims.judging import judge_claims
from bench.analysis.figures.building import Undrawn
from bench.cli.choosing import read_suite
from bench.cli.drawing import open_builder, read_needed
from bench.model.figure_data import FigureData
from bench.model.run import StoredRun
from bench.reporting.charts.drawing import draw_figure
from bench.reporting.charts.look import PRINT
from bench.reporting.charts.rendering import render
from bench.storage.reading_runs import list_runs, read_run
from benchmarks.reference.adopting import adopt
from benchmarks.reference.pages import fill_page
from benchmarks.reference.thinning import thin

PROJECT = Path(__file__).parents[2]
REFERENCE = PROJECT / "results" / "reference"
FIGURES = PROJECT / "docs" / "figures"


def list_pages() -> Iterator[Path]:
    """List the pages that may have marks."""
    yield PROJECT / "README.md"
    yield from sorted((PROJECT / "docs").rglob("*.md"))


def find_changes() -> dict[Path, bytes]:
    """Return the files that are not as the reference run has them, with what they should be."""
    runs = [read_run(path) for path in sorted(list_runs(REFERENCE))]
    verdicts = {claim.id: claim for claim in judge_claims(read_suite().claims, runs)}
    records = [run.record for run in runs]
    figures = build_figures(runs)
    wanted = {
        FIGURES / f"{name}.svg": render(
            draw_figure(data, [each for each in records if each.run_id in data.run_ids], PRINT),
            "svg",
        )
        for name, data in figures.items()
    }
    for page in list_pages():
        folder = os.path.relpath(FIGURES, page.parent)
        text = fill_page(page.read_text(), verdicts, records, figures, folder)
        wanted[page] = text.encode()
    return {path: text for path, text in wanted.items() if not _has(path, text)}


def build_figures(runs: Sequence[StoredRun]) -> dict[str, FigureData]:
    """Build the suite's figures that the runs have something for."""
    builder, suite = open_builder(runs, None)
    built = {
        name: builder.build(name, figure, read_needed(builder.needed_slices(figure)))
        for name, figure in suite.items()
        if runs and builder.applies(figure)
    }
    return {name: data for name, data in built.items() if not isinstance(data, Undrawn)}


def _has(path: Path, content: bytes) -> bool:
    return path.exists() and path.read_bytes() == content


def main() -> None:
    """Adopt the runs that are given, and write what has changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, nargs="*")
    for run in parser.parse_args().run:
        adopt(run, REFERENCE)
    thin(REFERENCE)
    FIGURES.mkdir(exist_ok=True)
    for path, content in find_changes().items():
        path.write_bytes(content)
        sys.stderr.write(f"{path.relative_to(PROJECT)} was written anew\n")


if __name__ == "__main__":
    main()
