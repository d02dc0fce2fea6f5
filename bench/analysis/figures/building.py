"""Building: the data of each figure of a suite, from the trials of one or more runs.

A figure is of one run alone; where several runs have its experiment, the last of them counts. What
can't be drawn is told with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.analysis.figures.emptiness import explain_few_pairs, explain_no_steps
from bench.analysis.figures.points import gather_points
from bench.analysis.figures.ratios import gather_ratios
from bench.analysis.figures.samples import choose_samples, take_highest
from bench.analysis.figures.spectra import gather_spectra
from bench.analysis.figures.timelines import first_trials, gather_moments
from bench.analysis.knees import estimate_knees
from bench.analysis.thresholds.samples import Sample
from bench.model.claim import ClaimVerdict
from bench.model.figure import (
    BarsFigure,
    Figure,
    ForestFigure,
    LinesFigure,
    MatrixFigure,
    SpectrumFigure,
    TimelineFigure,
    TradeOffFigure,
    VerdictsFigure,
)
from bench.model.figure_data import FigureData, FigureRow, KneeMark, VerdictPoint
from bench.model.grouping import group_by
from bench.model.run import StoredRun
from bench.model.slices import SliceLine
from bench.model.term import Term
from bench.model.trial import TrialRecord

THROUGHPUT: Final = Term(variant=None, quantity="throughput")

OfExperiment = (
    LinesFigure | BarsFigure | SpectrumFigure | TradeOffFigure | TimelineFigure | MatrixFigure
)


@dataclass(frozen=True, slots=True)
class Undrawn:
    """A figure that runs have nothing for."""

    name: str
    because: str


class FigureBuilder:
    """Looks up which run has an experiment, and builds figures of it."""

    def __init__(
        self, runs: Sequence[StoredRun], verdicts: Sequence[ClaimVerdict] = (), level: float = 0.95
    ) -> None:
        self._runs = runs
        self._verdicts = verdicts
        self._level = level
        self._run_of = {
            experiment.name: run for run in runs for experiment in run.record.plan.experiments
        }
        self._trials_of: dict[str, Sequence[TrialRecord]] = {}
        for run in runs:
            trials = group_by(run.trials, lambda record: record.trial.experiment)
            self._trials_of |= {
                experiment.name: trials.get(experiment.name, ())
                for experiment in run.record.plan.experiments
            }

    def applies(self, figure: Figure) -> bool:
        """Tell whether a figure is of an experiment that any run has, or of its verdicts."""
        if isinstance(figure, VerdictsFigure):
            return any(
                each.run_id is not None for verdict in self._verdicts for each in verdict.evidence
            )
        if isinstance(figure, ForestFigure):
            return not figure.experiments or any(
                name in self._run_of for name in figure.experiments
            )
        return figure.experiment in self._run_of

    def needed_slices(self, figure: Figure) -> tuple[tuple[StoredRun, int], ...]:
        """Return the trials whose slices a figure is built from, each with its run."""
        if not isinstance(figure, SpectrumFigure | TimelineFigure):
            return ()
        run = self._run_of.get(figure.experiment)
        if run is None:
            return ()
        return tuple((run, sample.trial.number) for sample in self._raw_samples(figure, run))

    def build(
        self, name: str, figure: Figure, slices: Mapping[int, Sequence[SliceLine]]
    ) -> FigureData | Undrawn:
        """Build the data of a figure.

        Args:
            name: the figure's name.
            figure: what is to be drawn.
            slices: the lines of the trials that it needs, by number.
        """
        if isinstance(figure, VerdictsFigure):
            return self._build_verdicts(name, figure)
        if isinstance(figure, ForestFigure):
            return self._build_forest(name, figure)
        run = self._run_of.get(figure.experiment)
        if run is None:
            return Undrawn(name, f"no run has {figure.experiment}")
        if figure.experiment in run.record.skipped:
            because = run.record.skipped[figure.experiment]
            return Undrawn(name, f"{figure.experiment} was skipped: {because}")
        rows, left_out = self._rows(figure, run, slices)
        if not rows:
            return Undrawn(name, self._why_empty(figure, run))
        return self._finish(name, figure, (run,), rows, left_out)

    def _rows(
        self, figure: OfExperiment, run: StoredRun, slices: Mapping[int, Sequence[SliceLine]]
    ) -> tuple[tuple[FigureRow, ...], int]:
        match figure:
            case LinesFigure():
                return gather_points(self._samples(figure, run), figure.quantities, self._level)
            case BarsFigure():
                return gather_points(self._samples(figure, run), (figure.quantity,), self._level)
            case TradeOffFigure():
                return self._trade_off(figure, run)
            case SpectrumFigure():
                return gather_spectra(self._raw_samples(figure, run), slices), 0
            case TimelineFigure():
                samples = self._raw_samples(figure, run)
                return gather_moments(samples, slices, figure.group), 0
            case MatrixFigure():  # pragma: no branch - the last of the union
                names, terms = (figure.experiment,), (figure.quantity,)
                return gather_ratios(run, names, figure, terms, self._level)

    def _samples(
        self, figure: OfExperiment, run: StoredRun, *, searches: bool = False
    ) -> list[Sample]:
        experiment = run.record.plan.experiment(figure.experiment)
        trials = self._trials_of[figure.experiment]
        return choose_samples(trials, experiment, figure, figure.variants, searches=searches)

    def _why_empty(self, figure: OfExperiment, run: StoredRun) -> str:
        searches = isinstance(figure, TradeOffFigure)
        anywhere = figure.model_copy(update={"users": (), "rate": ()})
        return explain_no_steps(
            figure.experiment,
            figure,
            self._samples(figure, run, searches=searches),
            self._samples(anywhere, run, searches=searches),
        )

    def _raw_samples(self, figure: SpectrumFigure | TimelineFigure, run: StoredRun) -> list[Sample]:
        """Choose the steps whose slices are read: of solo trials, at the highest load level."""
        samples = self._samples(figure, run)
        highest = take_highest([each for each in samples if each.trial.mode == "solo"])
        return first_trials(highest) if isinstance(figure, TimelineFigure) else highest

    def _trade_off(
        self, figure: TradeOffFigure, run: StoredRun
    ) -> tuple[tuple[FigureRow, ...], int]:
        samples = self._samples(figure, run, searches=True)
        points, left_out = gather_points(samples, (THROUGHPUT, figure.quantity), self._level)
        drawn = {sample.trial.variant for sample in samples}
        knees = tuple(
            KneeMark(
                variant=knee.variant,
                stratum=knee.stratum,
                rate_per_s=knee.rate_per_s,
                low_per_s=knee.low_per_s,
                high_per_s=knee.high_per_s,
                n=knee.n,
            )
            for knee in estimate_knees(run.trials, self._level)
            if knee.experiment == figure.experiment
            and knee.variant in drawn
            and knee.valid
            and knee.rate_per_s is not None
        )
        return (*points, *knees), left_out

    def _build_forest(self, name: str, figure: ForestFigure) -> FigureData | Undrawn:
        rows: list[FigureRow] = []
        left_out, most, drawn_runs = 0, 0, []
        for run in self._runs:
            names = {
                experiment
                for experiment, owner in self._run_of.items()
                if owner is run and (not figure.experiments or experiment in figure.experiments)
            }
            found, missing = gather_ratios(run, names, figure, figure.quantities, self._level)
            left_out += missing
            most = max((most, *(each.n for each in found)))
            if found := tuple(each for each in found if each.n >= figure.least_pairs):
                rows += found
                drawn_runs.append(run)
        if not rows:
            return Undrawn(name, explain_few_pairs(most, figure.least_pairs))
        return self._finish(name, figure, drawn_runs, tuple(rows), left_out)

    def _build_verdicts(self, name: str, figure: VerdictsFigure) -> FigureData | Undrawn:
        if not self._verdicts:
            return Undrawn(name, "the suite has no claims")
        rows = tuple(
            VerdictPoint(id=each.id, says=each.says, verdict=each.verdict, because=each.because)
            for each in self._verdicts
        )
        return self._finish(name, figure, self._runs, rows, 0)

    def _finish(
        self,
        name: str,
        figure: Figure,
        runs: Sequence[StoredRun],
        rows: tuple[FigureRow, ...],
        left_out: int,
    ) -> FigureData:
        counts = [n for row in rows if (n := _trials_of(row)) is not None]
        return FigureData(
            name=name,
            figure=figure,
            run_ids=tuple(run.record.run_id for run in runs),
            rows=rows,
            fewest=min(counts, default=0),
            most=max(counts, default=0),
            level=self._level,
            left_out=left_out,
        )


def _trials_of(row: FigureRow) -> int | None:
    found: Any = getattr(row, "n", None)
    return found if isinstance(found, int) else None
