"""`bench figures`: what a suite draws of stored runs, as images and as data."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.parameters import ResultsOption

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.analysis.figures.building import FigureBuilder, Undrawn
    from bench.model.figure import Figure
    from bench.model.figure_data import FigureData
    from bench.model.run import StoredRun


class Theme(StrEnum):
    """What figures look like."""

    PRINT = "print"
    LIGHT = "light"
    DARK = "dark"


class FigureFormat(StrEnum):
    """In which formats figures are written."""

    SVG = "svg"
    PNG = "png"
    PDF = "pdf"
    CSV = "csv"


def figures(
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
            "--suite", metavar="FILE.toml", help="The figures; default: the installed suite's."
        ),
    ] = None,
    only: Annotated[
        str | None, typer.Option("--only", metavar="NAME,...", help="These figures alone.")
    ] = None,
    each: Annotated[
        bool,
        typer.Option(
            "--each",
            help="Standard figures of each experiment, too. Without any of the suite's they are "
            "drawn anyway.",
        ),
    ] = False,
    theme: Annotated[Theme, typer.Option("--theme", help="What they look like.")] = Theme.PRINT,
    formats: Annotated[
        str, typer.Option("--format", metavar="FORMAT,...", help="svg, png, pdf and csv.")
    ] = "svg,png,pdf,csv",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="DIR", help="Where they go; default: figures/ in the last run."
        ),
    ] = None,
    results: ResultsOption = Path("results"),
) -> None:
    """Draw the figures of a suite from stored runs: SVG, PNG, PDF, and their data. Starts nothing.

    The same runs and versions give the same bytes.
    """
    from bench.analysis.figures.building import Undrawn
    from bench.cli.drawing import draw_all, open_builder
    from bench.storage.reading_runs import find_run, read_run

    chosen = _read_formats(formats)
    runs = [read_run(find_run(run, results)) for run in given]
    builder, wanted = open_builder(runs, suite)
    wanted = _choose(wanted, runs, builder, only=only, each=each, all_of_it=suite is not None)
    drawn = [_build(builder, name, figure) for name, figure in wanted.items()]
    folder = output or runs[-1].path / "figures"
    data = [figure for figure in drawn if not isinstance(figure, Undrawn)]
    draw_all(data, runs, folder, theme=theme.value, formats=[each.value for each in chosen])
    _tell(drawn, folder)


def _read_formats(text: str) -> list[FigureFormat]:
    """Read the formats that are asked for.

    Raises:
        UsageError: one of them is none.
    """
    from bench.errors import UsageError

    names = [name.strip() for name in text.split(",") if name.strip()]
    known = [each.value for each in FigureFormat]
    for name in names:
        if name not in known:
            raise UsageError(
                f"{name!r} is no format of figures.", hint=f"There are: {', '.join(known)}."
            )
    return [FigureFormat(name) for name in dict.fromkeys(names)]


def _choose(
    suite: Mapping[str, Figure],
    runs: Sequence[StoredRun],
    builder: FigureBuilder,
    *,
    only: str | None,
    each: bool,
    all_of_it: bool,
) -> dict[str, Figure]:
    """Choose the suite's figures, the standard ones, or those that are named.

    Of the installed suite only those count that the runs have the experiments for; of a suite
    that was given, all of it, so that it is told what can't be drawn.

    Raises:
        UnknownNameError: one that is named is none of them.
    """
    from bench.analysis.figures.defaults import list_default_figures
    from bench.errors import UnknownNameError

    standard: dict[str, Figure] = {}
    for run in runs:
        standard |= list_default_figures(run.record.plan)
    known = standard | dict(suite)
    if only is not None:
        names = [name.strip() for name in only.split(",")]
        for name in names:
            if name not in known:
                raise UnknownNameError("figure", name, known)
        return {name: known[name] for name in dict.fromkeys(names)}
    applying = {
        name: figure for name, figure in suite.items() if all_of_it or builder.applies(figure)
    }
    return standard | applying if each or not applying else applying


def _build(builder: FigureBuilder, name: str, figure: Figure) -> FigureData | Undrawn:
    from bench.cli.drawing import read_needed

    return builder.build(name, figure, read_needed(builder.needed_slices(figure)))


def _tell(drawn: Sequence[FigureData | Undrawn], folder: Path) -> None:
    """Say what was written, and what was not and why.

    Raises:
        MeasurementError: nothing was.
    """
    from bench.analysis.figures.building import Undrawn
    from bench.errors import MeasurementError
    from bench.reporting.labels import counted

    missing = [each for each in drawn if isinstance(each, Undrawn)]
    for each in missing:
        sys.stderr.write(f"{each.name}: not drawn, {each.because}\n")
    written = len(drawn) - len(missing)
    if not written:
        raise MeasurementError(
            "There is nothing to draw.",
            hint="`bench report RUN` shows what the run has.",
        )
    sys.stderr.write(f"{folder}: {counted(written, 'figure')}\n")
