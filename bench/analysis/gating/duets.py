"""Duets by unit: what is measured together, and the two arms of a step side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from bench.analysis.quantities import find_row_of_all
from bench.model.arm import Arm
from bench.model.caution import CautionCode
from bench.model.experiment import StratumValue
from bench.model.load_level import LoadLevel
from bench.model.summary import StepRow
from bench.model.trial import JudgedStep, TrialRecord

_OF_THE_MACHINE: Final = frozenset(
    {CautionCode.GENERATOR_LAG, CautionCode.GENERATOR_STARVED, CautionCode.CPU_STOLEN}
)
"""What others on the machine do to whoever runs there. What a quota or a lack of memory does is not
among it: that depends on how much an arm takes."""


class GateUnit(NamedTuple):
    """What one trial measures: a variant of an experiment, in one stratum."""

    experiment: str
    stratum: tuple[tuple[str, StratumValue], ...]
    """Sorted by name."""
    variant: str
    """The candidate's."""

    @classmethod
    def of(cls, experiment: str, stratum: Mapping[str, StratumValue], variant: str) -> GateUnit:
        """Return the unit of a planned trial, or of a variant that is yet to be planned."""
        return cls(experiment, tuple(sorted(stratum.items())), variant)

    @property
    def label(self) -> str:
        """What people call it: `async of shop, pool = 5`."""
        stratum = "".join(f", {name} = {value}" for name, value in self.stratum)
        return f"{self.variant} of {self.experiment}{stratum}"


@dataclass(frozen=True, slots=True)
class SeenStep:
    """One arm's step: its rows, and the one of all users' requests, where there is one."""

    rows: tuple[StepRow, ...]
    of_all: StepRow | None

    @property
    def doubts(self) -> str:
        """The cautions that leave it out of verdicts, in words; empty where it counts."""
        if self.of_all is None:
            return "nothing was measured"
        return ", ".join(code for code in self.of_all.cautions if code.invalidates)

    @property
    def is_overloaded(self) -> bool:
        """Whether it was offered more than it can serve."""
        return self.of_all is not None and CautionCode.OVERLOADED in self.of_all.cautions

    @property
    def is_disturbed(self) -> bool:
        """Whether it doesn't count, and by nothing but what the machine did."""
        cautions = () if self.of_all is None else self.of_all.cautions
        doubts = {code for code in cautions if code.invalidates}
        return bool(doubts) and doubts <= _OF_THE_MACHINE


@dataclass(frozen=True, slots=True)
class DuetStep:
    """Both arms of one step of one trial."""

    trial: int
    load: LoadLevel
    baseline: SeenStep
    candidate: SeenStep

    @property
    def is_disturbed(self) -> bool:
        """Whether it doesn't count, and by nothing but what the machine did to both arms."""
        return all(seen.is_disturbed for _, seen in self.arms)

    @property
    def arms(self) -> tuple[tuple[Arm, SeenStep], ...]:
        """Both arms, with their names."""
        return (("baseline", self.baseline), ("candidate", self.candidate))


def sort_by_unit(records: Iterable[TrialRecord]) -> dict[GateUnit, tuple[TrialRecord, ...]]:
    """Sort duets by what they measure, each unit's in the order of their numbers.

    Records of a single target are passed over.
    """
    units: dict[GateUnit, list[TrialRecord]] = {}
    for record in sorted(records, key=lambda record: record.trial.number):
        if record.candidate is not None:
            trial = record.candidate
            unit = GateUnit.of(trial.experiment, trial.stratum, trial.variant)
            units.setdefault(unit, []).append(record)
    return {unit: tuple(of_unit) for unit, of_unit in units.items()}


def pair_steps(records: Sequence[TrialRecord]) -> dict[int, tuple[DuetStep, ...]]:
    """Pair the arms of every step of a unit's trials, by the step's index.

    A trial that ended before a step which others have has an empty one there: its want of numbers
    is counted, and not passed over.
    """
    loads: dict[int, LoadLevel] = {}
    for record in records:
        for judged in record.steps:
            loads.setdefault(judged.step.index, judged.step.load)
    return {
        index: tuple(_pair(record, index, loads[index]) for record in records)
        for index in sorted(loads)
    }


def _pair(record: TrialRecord, index: int, load: LoadLevel) -> DuetStep:
    return DuetStep(
        record.trial.number,
        load,
        _see(record.steps_of("baseline"), index),
        _see(record.steps_of("candidate"), index),
    )


def _see(steps: Sequence[JudgedStep], index: int) -> SeenStep:
    step = next((step for step in steps if step.step.index == index), None)
    return SeenStep((), None) if step is None else SeenStep(step.rows, find_row_of_all(step))
