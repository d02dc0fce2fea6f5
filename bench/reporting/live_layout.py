"""The picture of a run that goes on, drawn from its state alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from bench.model.progress import LiveNumbers, StepPhaseBegan, TrialEnded
from bench.model.trial import JudgedStep
from bench.reporting.escaping import visible
from bench.reporting.knee_line import write_attempt, write_knee
from bench.reporting.number_text import NOTHING, PER_SECOND, PERCENT, optional, whole
from bench.reporting.run_state import RunState, done_ratio, remaining_s, repetition_of
from bench.reporting.step_line import (
    write_step_cautions,
    write_step_numbers,
    write_step_place,
    write_time,
    write_trial_name,
)
from bench.units import format_bytes, format_duration

_BAR_WIDTH: Final = 24
_LINES_ABOVE: Final = 10
"""Lines of the picture that are not about finished trials, spare ones included."""
_MOST_FINISHED_LINES: Final = 16


def lay_out(state: RunState, now_s: float, *, height: int) -> RenderableType:
    """Draw the run: all of it, the current trial and step, live numbers, what was finished last.

    Args:
        state: the run's state.
        now_s: now, on the clock of the state.
        height: the terminal's lines.
    """
    parts: list[RenderableType] = [_overall(state, now_s)]
    if state.trial is not None:
        parts += [Text(), _current(state)]
        if state.phase is not None:
            parts.append(_step(state.phase, now_s - state.phase_began_s))
        parts += list(_numbers(state.numbers, of_duet=state.trial.mode == "duet"))
        parts += [_line(f"  {write_attempt(attempt)}") for attempt in state.attempts[-1:]]
    if finished := _finished(state.ended, max(1, height - _LINES_ABOVE)):
        parts += [Text(), *finished]
    return Group(*parts)


def _overall(state: RunState, now_s: float) -> RenderableType:
    left_s = round(remaining_s(state, now_s))
    left = f"about {format_duration(left_s)} left" if left_s else "nearly done"
    trials = f"{len(state.ended)} of {state.trials} trials"
    return _bar_line(Text(trials, style="bold"), done_ratio(state, now_s), left)


def _current(state: RunState) -> Text:
    assert state.trial is not None
    repetition, repetitions = repetition_of(state.plan, state.trial)
    line = _line(write_trial_name(state.trial), "bold cyan")
    return line.append(f"  repetition {repetition} of {repetitions}", "not bold")


def _step(phase: StepPhaseBegan, elapsed_s: float) -> RenderableType:
    step = f"{write_step_place(phase)}: {phase.load}  {phase.phase}"
    ratio = min(1.0, elapsed_s / phase.expected_s) if phase.expected_s > 0 else 1.0
    shown_s = f"{format_duration(round(elapsed_s))} of {format_duration(phase.expected_s)}"
    return _bar_line(Text(step), ratio, shown_s)


def _bar_line(head: Text, ratio: float, tail: str) -> RenderableType:
    line = Table.grid(padding=(0, 2, 0, 0))
    line.add_column(no_wrap=True, overflow="ellipsis")
    line.add_column(width=_BAR_WIDTH)
    line.add_column(no_wrap=True, overflow="ellipsis")
    line.add_row(head, ProgressBar(total=1.0, completed=ratio, width=_BAR_WIDTH), Text(tail))
    return line


def _numbers(numbers: LiveNumbers | None, *, of_duet: bool) -> Iterable[Text]:
    if numbers is None:
        return
    whose = "candidate: " if of_duet else ""
    load = (
        f"{whose}{optional(numbers.throughput_per_s, PER_SECOND, '{}/s')}, "
        f"p99 {write_time(numbers.p99_s)}, {whole(numbers.in_flight)} in flight, "
    )
    errors = "bold red" if numbers.errors else ""
    yield _line(load).append(f"errors {whole(numbers.errors)}", errors)
    memory = numbers.target_rss_bytes
    yield _line(
        f"target {optional(numbers.target_cpu_ratio, PERCENT, '{} % CPU')}, "
        f"{NOTHING if memory is None else format_bytes(memory)}; "
        f"generator {optional(numbers.generator_cpu_ratio, PERCENT, '{} % CPU')}"
    )


def _finished(ended: tuple[TrialEnded, ...], room: int) -> list[Text]:
    lines: list[Text] = []
    for trial in reversed(ended):
        block = _finished_trial(trial)
        if lines and len(lines) + len(block) > min(room, _MOST_FINISHED_LINES):
            break
        lines = [*lines, *block]
    return lines[: min(room, _MOST_FINISHED_LINES)]


def _finished_trial(ended: TrialEnded) -> list[Text]:
    name = _line(write_trial_name(ended.trial), "red" if ended.failure else "green")
    if ended.knee is not None:
        return [name, _line(f"  {write_knee(ended.knee)}")]
    return [name, *map(_finished_step, ended.steps)]


def _finished_step(judged: JudgedStep) -> Text:
    line = _line(f"  {write_step_numbers(judged)}", "" if judged.valid else "dim")
    if cautions := write_step_cautions(judged):
        line.append(f"  {visible(cautions)}", "not dim bold yellow")
    return line


def _line(text: str, style: str = "") -> Text:
    return Text(visible(text), style=style, no_wrap=True, overflow="ellipsis")
