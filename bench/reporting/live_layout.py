"""The picture of a run that goes on, drawn from its state alone."""

from __future__ import annotations

from typing import Final

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from bench.model.progress import LiveNumbers, StepPhaseBegan, TrialEnded
from bench.model.trial import JudgedStep
from bench.reporting.escaping import visible
from bench.reporting.knee_line import write_attempt, write_knee
from bench.reporting.live_variants import lay_out_variants
from bench.reporting.number_text import PERCENT, optional, whole
from bench.reporting.run_state import RunState, done_ratio, remaining_s, repetition_of
from bench.reporting.step_line import (
    write_step_cautions,
    write_step_numbers,
    write_step_place,
    write_trial_name,
)
from bench.units import format_duration

_BAR_WIDTH: Final = 24
_LINES_ABOVE: Final = 17
"""Lines of the picture that are not about finished trials, spare ones included."""
_LINES_BETWEEN: Final = 7
"""The same where no trial is under way."""
_BUSY: Final = 0.75
"""From here on the generator's share of its core is shown as a warning."""
_MOST_FINISHED_LINES: Final = 16


def lay_out(
    state: RunState, now_s: float, *, width: int, height: int, keys: str = "", plain: bool = False
) -> RenderableType:
    """Draw the run: all of it, trial, ladder, variants side by side, and what was finished last.

    Args:
        state: the run's state.
        now_s: now, on the clock of the state.
        width: the terminal's columns.
        height: the terminal's lines.
        keys: what keys mean, in a line.
        plain: whether the terminal knows no characters but ASCII.
    """
    parts: list[RenderableType] = [_overall(state, now_s)]
    if state.trial is not None:
        parts += [Text(), _current(state), _ladder(state, plain=plain)]
        if state.phase is not None:
            parts.append(_step(state.phase, now_s - state.phase_began_s))
        if (variants := lay_out_variants(state, width=width, plain=plain)) is not None:
            parts += [Text(), variants]
        parts.append(_generator(state.numbers))
        parts += [_line(f"  {write_attempt(attempt)}") for attempt in state.attempts[-1:]]
    room = height - (_LINES_ABOVE if state.trial is not None else _LINES_BETWEEN)
    if finished := _finished(state.ended, room):
        parts += [Text(), *finished]
    if keys:
        parts += [Text(), _line(keys, "dim")]
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


def _ladder(state: RunState, *, plain: bool) -> Text:
    """Show the levels of the trial: done, under way, to come."""
    assert state.trial is not None
    if state.trial.search is not None:
        return _line(f"searching from {state.trial.search.from_per_s:g}/s")
    at = -1 if state.phase is None else state.phase.step
    done, under_way, to_come = "+>." if plain else "✓▶·"
    line = Text("ladder  ", no_wrap=True, overflow="ellipsis")
    for place, step in enumerate(state.trial.steps):
        mark = done if place < at else under_way if place == at else to_come
        style = "bold" if place == at else "green" if place < at else "dim"
        line.append(f"{mark} {step.load}  ", style)
    return line


def _generator(numbers: LiveNumbers | None) -> Text:
    if numbers is None:
        return _line("generator  -", "dim")
    busy = numbers.generator_cpu_ratio
    style = "bold yellow" if busy is not None and busy > _BUSY else ""
    told = optional(busy, PERCENT, "{} % CPU")
    return _line(f"generator  {told}, {whole(numbers.in_flight)} in flight", style)


def _finished(ended: tuple[TrialEnded, ...], room: int) -> list[Text]:
    if room < 1:
        return []
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
