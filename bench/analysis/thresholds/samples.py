"""Samples: what each trial has of one place: a step, or for a slope the steps of its ladder.

Trials on their own are paired by repetition, as in `bench.analysis.comparing`; the arms of a duet
are a pair already.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.analysis.thresholds.places import MIN_STEPS_OF_SLOPE, Place
from bench.model.caution import CautionCode
from bench.model.experiment import StratumValue
from bench.model.load_level import LoadLevel
from bench.model.trial import JudgedStep, MeasuredTrial, TrialRecord

_OF_ERRORS: Final = frozenset(
    {CautionCode.ERRORS, CautionCode.NOTHING_MEASURED, CautionCode.NO_STEADY_STATE}
)
"""What failed requests alone do to a step: all may fail, and successes move where some begin to."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A step with the trial that it is of; or several, of which a slope is taken."""

    trial: MeasuredTrial
    steps: tuple[JudgedStep, ...]

    @property
    def step(self) -> JudgedStep:
        """The only one."""
        (step,) = self.steps
        return step

    @property
    def valid(self) -> tuple[JudgedStep, ...]:
        """The steps that are."""
        return tuple(step for step in self.steps if step.valid)

    def __str__(self) -> str:
        return f"trial {self.trial.number} ({self.trial.variant})"

    def counts(self, *, for_errors: bool) -> bool:
        """Tell whether the step may be judged by, or enough of the steps.

        A step that is invalid for its failed requests counts where these are what is looked at;
        where all may fail, the experiment has no caution for errors, but nothing was measured.
        """
        if len(self.steps) > 1:
            return len(self.valid) >= MIN_STEPS_OF_SLOPE
        if self.step.valid or not for_errors:
            return self.step.valid
        found = {each.code for each in self.step.cautions if each.code.invalidates}
        return found <= _OF_ERRORS and not found <= {CautionCode.NO_STEADY_STATE}


class Samples:
    """All steps of an experiment that thresholds can hold for, by place."""

    def __init__(self, records: Sequence[TrialRecord], experiment: str) -> None:
        self._found: dict[Hashable, dict[Hashable, Sample]] = {}
        for trial, step, pair in list_steps(records, experiment):
            key = _key(trial.variant, trial.stratum, step.step.load)
            self._found.setdefault(key, {})[pair] = Sample(trial, (step,))

    def at(self, place: Place, variant: str | None = None) -> Mapping[Hashable, Sample]:
        """Return the samples of a place, by what pairs them; of another variant, if one is named.

        Of a ladder they are of the trials that climbed all of it.
        """
        whose = variant or place.variant
        levels = [
            self._found.get(_key(whose, place.stratum, load), {})
            for load in place.ladder or (place.load,)
        ]
        if not place.ladder:
            return levels[0]
        whole = [pair for pair in levels[0] if all(pair in level for level in levels)]
        return {
            pair: Sample(levels[0][pair].trial, tuple(level[pair].step for level in levels))
            for pair in whole
        }


def list_steps(
    records: Sequence[TrialRecord], experiment: str, *, searches: bool = False
) -> Iterator[tuple[MeasuredTrial, JudgedStep, Hashable]]:
    """Yield the steps of an experiment with their trials, and what pairs trials.

    Args:
        records: the trials of a run.
        experiment: its name.
        searches: whether the steps of searches count, whose rates are each trial's own.
    """
    for record in records:
        if record.trial.experiment != experiment:
            continue
        if record.trial.knee is not None and not searches:
            continue
        arms = record.arms
        if len(arms) > 1 and arms[0].variant == arms[1].variant:
            # Two versions of one variant, as in a gate: the file's demands are on the candidate.
            arms = arms[1:]
        for trial in arms:
            pair = trial.repetition if record.candidate is None else ("duet", trial.number)
            for step in record.steps_of(trial.arm):
                yield trial, step, pair


def _key(
    variant: str | None, stratum: Mapping[str, StratumValue], load: LoadLevel | None
) -> Hashable:
    # repr, because 1, 1.0 and True are equal and yet different conditions
    return variant, tuple(sorted((name, repr(value)) for name, value in stratum.items())), load
