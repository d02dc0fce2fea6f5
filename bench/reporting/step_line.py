"""One line on a finished step, for the views of a run that goes on."""

from __future__ import annotations

from bench.analysis.streams import EVENTS, OPEN
from bench.model.plan import PlannedTrial
from bench.model.progress import StepPhaseBegan
from bench.model.summary import StepRow
from bench.model.trial import JudgedStep, MeasuredStep
from bench.reporting.labels import label_measured, label_stratum
from bench.reporting.number_text import (
    AT_LEAST_MARK,
    COUNT,
    NOTHING,
    PER_SECOND,
    PERCENT,
    THIN_MARK,
    in_unit,
    optional,
)
from bench.units import format_duration


def write_trial_name(trial: PlannedTrial) -> str:
    """Name a trial by experiment, variant (of a duet both) and stratum."""
    stratum = label_stratum(trial.stratum)
    return f"{trial.experiment} {label_measured(trial)}{f' ({stratum})' if stratum else ''}"


def write_step_place(phase: StepPhaseBegan) -> str:
    """Write which step of its trial is under way, and at which load."""
    of_all = f" of {len(phase.trial.steps)}" if phase.trial.search is None else " of the search"
    return f"step {phase.step + 1}{of_all}"


def write_step_numbers(judged: JudgedStep) -> str:
    """Write a step's load, its arm, and its main numbers: those of all requests together."""
    place = _place(judged.step)
    row = _main_row(judged)
    if row is None:
        return f"{place}: {judged.step.skipped or 'no numbers'}"
    parts = _write_streams(row)
    if row.requests or not parts:
        parts += _write_requests(row)
    return f"{place}: {', '.join(parts)}"


def write_step_cautions(judged: JudgedStep) -> str:
    """Write a step's cautions, and that it doesn't count where it doesn't; else nothing."""
    codes = ", ".join(caution.code for caution in judged.cautions)
    if judged.valid:
        return codes
    return f"not valid: {codes}" if codes else "not valid"


def write_time(seconds: float | None) -> str:
    """Write a time in the unit that suits it, or a dash."""
    return NOTHING if seconds is None else format_duration(seconds)


def _place(step: MeasuredStep) -> str:
    return f"{step.load}, {step.arm}" if step.arm else str(step.load)


def _write_streams(row: StepRow) -> list[str]:
    events, still_open = row.observations.get(EVENTS), row.observations.get(OPEN)
    if events is None:
        return []
    return [
        *([f"{in_unit(still_open.median, COUNT)} streams"] if still_open else []),
        f"{in_unit(events.median, PER_SECOND)} events/s",
    ]


def _write_requests(row: StepRow) -> list[str]:
    return [
        optional(row.throughput_per_s, PER_SECOND, "{}/s"),
        f"p50 {_write_percentile(row, 'p50_s', row.p50_s)}",
        f"p99 {_write_percentile(row, 'p99_s', row.p99_s)}",
        optional(row.error_ratio, PERCENT, "errors {} %"),
    ]


def _write_percentile(row: StepRow, field: str, seconds: float | None) -> str:
    if seconds is None:
        return NOTHING
    thin = THIN_MARK if field in row.thin else ""
    return f"{AT_LEAST_MARK if field in row.at_least else thin}{write_time(seconds)}"


def _main_row(judged: JudgedStep) -> StepRow | None:
    rows = (row for row in judged.rows if row.name is None and row.group == "users")
    return next(rows, None)
