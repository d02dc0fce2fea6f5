"""How a gate goes on, in plain lines: what is done, and what each duet said."""

from __future__ import annotations

from contextlib import suppress
from typing import IO, Final

from bench.analysis.gating.duets import DuetStep, pair_steps
from bench.analysis.gating.quantities import GATED, Gated
from bench.model.gate_settings import GatedQuantity
from bench.model.load_level import Users
from bench.model.progress import Notice, ProgressEvent
from bench.model.trial import TrialRecord
from bench.reporting.escaping import visible
from bench.reporting.labels import label_stratum
from bench.reporting.step_line import write_step_numbers
from bench.units import format_duration

_CLOSED: Final[tuple[GatedQuantity, ...]] = ("throughput", "cpu", "memory")
_OPEN: Final[tuple[GatedQuantity, ...]] = ("p50", "p95", "cpu")


class GateLines:
    """Write a line for each notice; what goes on within a trial is too much for a log.

    Args:
        stream: where the lines go; each is flushed, as whoever reads a CI log waits for it.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def announce(self, event: ProgressEvent) -> None:
        """Take note of an event."""
        if isinstance(event, Notice):
            with suppress(BrokenPipeError):  # that nobody reads on changes nothing of the verdict
                self._stream.write(f"{visible(event.text)}\n")
                self._stream.flush()


def write_gate_trial(record: TrialRecord, number: int, wanted: int | None, elapsed_s: float) -> str:
    """Write what one duet said: how much more the candidate had or took of each quantity.

    Args:
        record: the duet.
        number: which one of its variant it is, from 1.
        wanted: how many there are to be, as far as is known; None: as many as time allows.
        elapsed_s: since the first duet.
    """
    steps = "; ".join(_write_step(step) for (step,) in pair_steps([record]).values())
    of_all = "" if wanted is None else f" of {wanted}"
    return f"  {_name(record)}, duet {number}{of_all}: {steps} ({format_duration(elapsed_s)})"


def write_solo_trial(record: TrialRecord, elapsed_s: float) -> str:
    """Write what a trial of the candidate alone measured."""
    steps = "; ".join(write_step_numbers(step) for step in record.steps)
    return f"  {_name(record)}: {steps} ({format_duration(elapsed_s)})"


def _name(record: TrialRecord) -> str:
    stratum = label_stratum(record.trial.stratum)
    return f"{record.trial.experiment}/{record.trial.variant}{f' ({stratum})' if stratum else ''}"


def _write_step(step: DuetStep) -> str:
    doubts = [f"{arm}: {seen.doubts}" for arm, seen in step.arms if seen.doubts]
    if doubts:
        return f"{step.load} not counted ({'; '.join(doubts)})"
    shown = _CLOSED if isinstance(step.load, Users) else _OPEN
    told = [each for name in shown if (each := _write_change(GATED[name], step))]
    return f"{step.load} {', '.join(told) or 'without numbers'}"


def _write_change(gated: Gated, step: DuetStep) -> str:
    values = [gated.read(seen.of_all) if seen.of_all else None for _, seen in step.arms]
    baseline, candidate = values
    if not baseline or not candidate:
        return ""
    return f"{gated.name} {candidate / baseline - 1:+.1%}"
