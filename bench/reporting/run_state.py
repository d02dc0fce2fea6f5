"""The state of a run as events tell it: what is finished, what goes on, how long it will take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from pydantic import Field

from bench.model.knee import Attempt
from bench.model.plan import Plan, PlannedTrial
from bench.model.progress import (
    LiveNumbers,
    Notice,
    ProgressEvent,
    StepPhaseBegan,
    StepSearched,
    TrialBegan,
    TrialEnded,
)
from bench.model.record import Record

_TRACED: Final = 120
"""How many numbers a trace keeps: a minute, at two a second."""

_FASTEST: Final = 0.2
_SLOWEST: Final = 5.0
"""Bounds of what was seen / what was planned: one odd trial is not to spoil the estimate."""


class Trace(Record):
    """What was seen of a variant in the stratum under way, at its latest trial."""

    throughput_per_s: tuple[float, ...] = ()
    """The latest numbers, oldest first."""
    p99_s: tuple[float, ...] = ()
    outcomes: Mapping[str, int] = Field(default_factory=dict)
    """Errors of the trial so far, by what became of them."""
    latest: LiveNumbers | None = None


class RunState(Record):
    """Where a run stands; times are those of the view's clock."""

    plan: Plan
    estimate_s: Mapping[int, float]
    """Estimated seconds by trial number, of the trials that are to be run."""
    started_s: float
    trial: PlannedTrial | None = None
    trial_began_s: float = 0.0
    phase: StepPhaseBegan | None = None
    phase_began_s: float = 0.0
    numbers: LiveNumbers | None = None
    traces: Mapping[str, Trace] = Field(default_factory=dict)
    """By variant, of the experiment and stratum that trials were of last."""
    attempts: tuple[Attempt, ...] = ()
    """Of the current trial, where it searches."""
    ended: tuple[TrialEnded, ...] = ()
    seen_s: float = 0.0
    """Seconds that the ended trials took."""

    @property
    def trials(self) -> int:
        """How many trials are to be run."""
        return len(self.estimate_s)

    @property
    def position(self) -> int:
        """The current trial's place in the order, counted from 1."""
        return len(self.ended) + 1


def advance(state: RunState, event: ProgressEvent, now_s: float) -> RunState:
    """Return the state after an event."""
    match event:
        case TrialBegan(trial=trial):
            changes: dict[str, object] = {
                "trial": trial,
                "trial_began_s": now_s,
                "phase": None,
                "numbers": None,
                "attempts": (),
                "traces": _begin_trace(state, trial),
            }
        case StepPhaseBegan():
            changes = {"phase": event, "phase_began_s": now_s}
            if state.phase is None or event.step != state.phase.step:
                changes["numbers"] = None
        case LiveNumbers():
            changes = {"numbers": event, "traces": _go_on(state, event)}
        case StepSearched(attempt=attempt):
            changes = {"attempts": (*state.attempts, attempt)}
        case TrialEnded():
            changes = {
                "trial": None,
                "phase": None,
                "numbers": None,
                "attempts": (),
                "ended": (*state.ended, event),
                "seen_s": state.seen_s + now_s - state.trial_began_s,
            }
        case Notice():  # pragma: no branch - the last of the union
            changes = {}
    return state.model_copy(update=changes)


def _begin_trace(state: RunState, trial: PlannedTrial) -> dict[str, Trace]:
    """Begin the trace of a trial's variant anew; the others' stay while the stratum does."""
    last = state.ended[-1].trial if state.ended else None
    is_same = last is not None and (last.experiment, last.stratum) == (
        trial.experiment,
        trial.stratum,
    )
    return {**(state.traces if is_same else {}), trial.variant: Trace()}


def _go_on(state: RunState, numbers: LiveNumbers) -> Mapping[str, Trace]:
    if state.trial is None:
        return state.traces
    variant = state.trial.variant
    trace = state.traces.get(variant, Trace())
    outcomes = Counter(trace.outcomes)
    outcomes.update(numbers.outcomes or ({"errors": numbers.errors} if numbers.errors else {}))
    longer = Trace(
        throughput_per_s=_append(trace.throughput_per_s, numbers.throughput_per_s),
        p99_s=_append(trace.p99_s, numbers.p99_s),
        outcomes=dict(outcomes),
        latest=numbers,
    )
    return {**state.traces, variant: longer}


def _append(seen: tuple[float, ...], value: float | None) -> tuple[float, ...]:
    return seen if value is None else (*seen, value)[-_TRACED:]


def done_ratio(state: RunState, now_s: float) -> float:
    """Return the share of the run that is done, by time, between 0 and 1."""
    left_s = remaining_s(state, now_s)
    elapsed_s = max(0.0, now_s - state.started_s)
    if state.trial is None and len(state.ended) >= state.trials:
        return 1.0
    return elapsed_s / (elapsed_s + left_s) if elapsed_s else 0.0


def remaining_s(state: RunState, now_s: float) -> float:
    """Estimate the seconds that are left: what was planned, scaled by what was seen."""
    pace = _pace(state)
    begun = {ended.trial.number for ended in state.ended}
    current_s = 0.0
    if state.trial is not None:
        begun.add(state.trial.number)
        planned_s = state.estimate_s.get(state.trial.number, 0.0) * pace
        current_s = max(0.0, planned_s - (now_s - state.trial_began_s))
    waiting_s = sum(
        estimate_s for number, estimate_s in state.estimate_s.items() if number not in begun
    )
    return current_s + waiting_s * pace


def repetition_of(plan: Plan, trial: PlannedTrial) -> tuple[int, int]:
    """Return a trial's repetition, counted from 1, and how many its experiment has."""
    found = sorted({t.repetition for t in plan.trials if t.experiment == trial.experiment})
    return found.index(trial.repetition) + 1, len(found)


def _pace(state: RunState) -> float:
    planned_s = sum(state.estimate_s.get(ended.trial.number, 0.0) for ended in state.ended)
    if planned_s <= 0:
        return 1.0
    return min(_SLOWEST, max(_FASTEST, state.seen_s / planned_s))
