"""Plain lines on a run that goes on, for logs: no control characters, nothing rewritten."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import IO, Self

from bench.model.plan import Plan
from bench.model.progress import (
    Notice,
    ProgressEvent,
    StepPhaseBegan,
    StepSearched,
    TrialBegan,
    TrialEnded,
)
from bench.reporting.escaping import visible
from bench.reporting.knee_line import write_attempt, write_knee
from bench.reporting.run_state import RunState, advance, remaining_s, repetition_of
from bench.reporting.step_line import (
    write_step_cautions,
    write_step_numbers,
    write_step_place,
    write_trial_name,
)
from bench.units import format_duration


class PlainLines:
    """A line as a trial begins, as each of its steps was driven, and for what they measured.

    Args:
        stream: where the lines go; each is flushed, as whoever reads a CI log waits for it.
        plan: the plan of the run.
        estimate_s: estimated seconds by trial number, of the trials that are to be run.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        stream: IO[str],
        plan: Plan,
        estimate_s: Mapping[int, float],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._clock = clock
        self._state = RunState(plan=plan, estimate_s=estimate_s, started_s=clock())

    def __enter__(self) -> Self:
        """Begin; there is nothing to prepare."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End; there is nothing to restore."""

    def announce(self, event: ProgressEvent) -> None:
        """Take note of an event, and write lines where it ends or begins something."""
        now_s = self._clock()
        before, self._state = self._state, advance(self._state, event, now_s)
        match event:
            case TrialBegan():
                self._write(self._trial_line(event, now_s))
            case StepPhaseBegan() if _is_next_level(before, event):
                self._write(self._driven_line(before, now_s))
            case StepSearched(attempt=attempt):
                self._write(f"  {write_attempt(attempt)}{self._time_left(now_s)}")
            case TrialEnded():
                self._write_results(event, now_s)
            case Notice(text=text):
                self._write(text)
            case _:
                pass

    def _trial_line(self, event: TrialBegan, now_s: float) -> str:
        repetition, repetitions = repetition_of(self._state.plan, event.trial)
        return (
            f"trial {self._state.position} of {self._state.trials}: "
            f"{write_trial_name(event.trial)}, repetition {repetition} of {repetitions}"
            f"{self._time_left(now_s)}"
        )

    def _driven_line(self, before: RunState, now_s: float) -> str:
        assert before.phase is not None
        phase = before.phase
        return f"  {write_step_place(phase)} driven: {phase.load}{self._time_left(now_s)}"

    def _write_results(self, event: TrialEnded, now_s: float) -> None:
        for judged in event.steps:
            cautions = write_step_cautions(judged)
            self._write(f"  {write_step_numbers(judged)}{f' [{cautions}]' if cautions else ''}")
        if event.knee is not None:
            self._write(f"  {write_knee(event.knee)}")
        if event.failure:
            self._write(f"  failed: {event.failure}")
        ended, trials = len(self._state.ended), self._state.trials
        self._write(f"  {ended} of {trials} trials done{self._time_left(now_s)}")

    def _time_left(self, now_s: float) -> str:
        left_s = round(remaining_s(self._state, now_s))
        return f", about {format_duration(left_s)} left" if left_s else ""

    def _write(self, line: str) -> None:
        with suppress(BrokenPipeError):  # a run goes on, whoever reads how it goes
            self._stream.write(f"{visible(line)}\n")
            self._stream.flush()


def _is_next_level(before: RunState, event: StepPhaseBegan) -> bool:
    """Tell whether a step of a ladder follows another; of a search's steps more is said."""
    phase = before.phase
    return phase is not None and phase.step != event.step and event.trial.search is None
