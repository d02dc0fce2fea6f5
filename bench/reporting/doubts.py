"""Where the doubts are: all that speaks against taking a run's numbers at face value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.model.condensed import CondensedRow
from bench.model.run import RunRecord, StoredRun
from bench.model.trial import TrialRecord
from bench.reporting.caution_legend import build_caution_legend
from bench.reporting.labels import counted, label_stratum
from bench.reporting.number_text import PERCENT, in_unit
from bench.reporting.table import Column, Row, Section, Table, without_empty_columns
from bench.reporting.tables import shown_rows


def build_doubts(run: StoredRun, condensed: Sequence[CondensedRow]) -> Section:
    """Gather the doubts: about the run as a whole, each caution's meaning, and where each arose."""
    legend = build_caution_legend(shown_rows(condensed))
    places = _places(run.trials)
    tables = tuple(table for table in (legend, places) if table is not None)
    paragraphs = tuple(_of_run(run))
    if not paragraphs and not tables:
        paragraphs = ("No step is under any doubt that is looked for.",)
    return Section(title="Where the doubts are", paragraphs=paragraphs, tables=tables)


def _of_run(run: StoredRun) -> Iterable[str]:
    for name, because in run.record.skipped.items():
        yield f"{name} was skipped: {because}."
    if run.unfinished:
        planned = len(run.record.plan.trials)
        yield (
            f"{len(run.unfinished)} of {planned} planned trials were not finished: "
            f"{', '.join(map(str, run.unfinished))}."
        )
    for trial in (arm for record in run.trials for arm in record.arms):
        if trial.failure:
            whose = f" ({trial.arm})" if trial.arm else ""
            yield f"Trial {trial.number}{whose} ended early: {trial.failure}"
    again = sum(len(record.set_aside) for record in run.trials)
    if again:
        yield f"Set aside, as something disturbed them: {counted(again, 'attempt')} at a trial."
    if run.record.attempt > 1:
        yield f"The run was resumed: this is attempt {run.record.attempt}."
    yield from _of_machine(run.record)


def _of_machine(record: RunRecord) -> Iterable[str]:
    machine = record.environment
    if machine.missing:
        yield f"This system could not tell or do: {', '.join(machine.missing)}."
    if machine.steal_ratio:
        share = in_unit(machine.steal_ratio, PERCENT)
        yield f"The hypervisor had taken {share} % of the CPU time before the run."
    if record.git_dirty:
        yield "The working tree had changes that are in no commit."
    if record.plan.pin == "none":
        yield "Nothing was pinned to cores, as asked for."


def _places(trials: Sequence[TrialRecord]) -> Table | None:
    rows = tuple(row for record in trials for row in _rows(record))
    if not rows:
        return None
    table = Table(
        title="Where each arose",
        columns=(
            Column(title="trial", align="right"),
            Column(title="experiment", foldable=True),
            Column(title="variant", foldable=True),
            Column(title="stratum", rank=1, foldable=True),
            Column(title="load", align="right"),
            Column(title="caution", cautions=True),
            Column(title="detail", foldable=True),
        ),
        rows=rows,
        notes=(f"{counted(len(rows), 'caution')} in {counted(len(trials), 'trial')}.",),
    )
    return without_empty_columns(table)


def _rows(record: TrialRecord) -> Iterable[Row]:
    for trial in record.arms:
        for judged in record.steps_of(trial.arm):
            for caution in judged.cautions:
                yield Row(
                    cells=(
                        str(trial.number),
                        trial.experiment,
                        f"{trial.variant} ({trial.arm})" if trial.arm else trial.variant,
                        label_stratum(trial.stratum),
                        str(judged.step.load),
                        caution.code.value,
                        caution.detail,
                    )
                )
