"""One line on a finished step, for the views of a run that goes on."""

from __future__ import annotations

from bench.model.plan import PlannedTrial
from bench.model.summary import StepRow
from bench.model.trial import JudgedStep
from bench.reporting.labels import label_stratum
from bench.reporting.number_text import AT_LEAST_MARK, NOTHING, PER_SECOND, PERCENT, optional
from bench.units import format_duration


def write_trial_name(trial: PlannedTrial) -> str:
    """Name a trial by experiment, variant and stratum."""
    stratum = label_stratum(trial.stratum)
    return f"{trial.experiment} {trial.variant}{f' ({stratum})' if stratum else ''}"


def write_step_numbers(judged: JudgedStep) -> str:
    """Write a step's load and main numbers, those of all requests together."""
    row = _main_row(judged)
    if row is None:
        return f"{judged.step.load}: {judged.step.skipped or 'no numbers'}"
    parts = [
        optional(row.throughput_per_s, PER_SECOND, "{}/s"),
        f"p50 {_write_percentile(row, 'p50_s', row.p50_s)}",
        f"p99 {_write_percentile(row, 'p99_s', row.p99_s)}",
        optional(row.error_ratio, PERCENT, "errors {} %"),
    ]
    return f"{judged.step.load}: {', '.join(parts)}"


def write_step_cautions(judged: JudgedStep) -> str:
    """Write a step's cautions, and that it doesn't count where it doesn't; else nothing."""
    codes = ", ".join(caution.code for caution in judged.cautions)
    if judged.valid:
        return codes
    return f"not valid: {codes}" if codes else "not valid"


def write_time(seconds: float | None) -> str:
    """Write a time in the unit that suits it, or a dash."""
    return NOTHING if seconds is None else format_duration(seconds)


def _write_percentile(row: StepRow, field: str, seconds: float | None) -> str:
    is_bound = seconds is not None and field in row.at_least
    return f"{AT_LEAST_MARK if is_bound else ''}{write_time(seconds)}"


def _main_row(judged: JudgedStep) -> StepRow | None:
    rows = (row for row in judged.rows if row.name is None and row.group == "users")
    return next(rows, None)
