"""Judging: a trial's raw lines become steps with cautions, validity and rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from bench.analysis.backlog import doubt_keeping_up
from bench.analysis.doubting import doubt
from bench.analysis.evidence import StepEvidence, gather_evidence
from bench.analysis.holding import judge_attempt
from bench.analysis.summarising import summarise
from bench.model.caution import Caution, CautionCode
from bench.model.experiment import ExperimentFile, Load
from bench.model.knee import Attempt
from bench.model.reading import Observation, ReadingLine
from bench.model.slices import SliceLine
from bench.model.trial import JudgedStep, MeasuredTrial


def judge_trial(
    trial: MeasuredTrial,
    file: ExperimentFile,
    slices: Iterable[SliceLine],
    readings: Iterable[ReadingLine],
    observations: Iterable[Observation],
    *,
    cores: int | None = None,
) -> tuple[JudgedStep, ...]:
    """Judge every step of a trial; each kind of line is gone through once.

    Args:
        trial: the trial as it was driven.
        file: its experiment, for the budget of errors.
        slices: what the generator spooled.
        readings: what the watcher saw.
        observations: what target, scenario or driver reported.
        cores: cores of the machine, for the share of stolen CPU time.

    Raises:
        GeneratorError: a histogram among the slices can't be read.
    """
    return tuple(
        _judge_step(evidence, file.load, cores)
        for evidence in gather_evidence(trial, slices, readings, observations)
    )


class ArmLines(NamedTuple):
    """One arm of a duet as it was driven, and all that was written down of it."""

    trial: MeasuredTrial
    slices: Iterable[SliceLine]
    readings: Iterable[ReadingLine]
    observations: Iterable[Observation]


def judge_duet(
    baseline: ArmLines, candidate: ArmLines, file: ExperimentFile, *, cores: int | None = None
) -> tuple[JudgedStep, ...]:
    """Judge every step of both arms of a duet: first the baseline's, then the candidate's.

    Args:
        baseline: the one arm.
        candidate: the other.
        file: the experiment, for the budget of errors.
        cores: cores of the machine.

    Raises:
        GeneratorError: a histogram among the slices can't be read.
    """
    ours, theirs = (list(gather_evidence(*arm)) for arm in (baseline, candidate))
    pairs = [*zip(ours, theirs, strict=True), *zip(theirs, ours, strict=True)]
    return tuple(_judge_step(evidence, file.load, cores, beside) for evidence, beside in pairs)


def judge_last_attempt(
    trial: MeasuredTrial,
    file: ExperimentFile,
    slices: Iterable[SliceLine],
    readings: Iterable[ReadingLine],
    observations: Iterable[Observation],
    *,
    cores: int | None = None,
) -> Attempt:
    """Say whether the rate of a search's last step held, by what `judge_trial` makes of that step.

    Args:
        trial: the trial as far as it was driven.
        file: its experiment, which searches.
        slices: what the generator has spooled; those of earlier steps are passed over.
        readings: what the watcher saw.
        observations: what target, scenario or driver reported.
        cores: cores of the machine.
    """
    last = trial.model_copy(update={"steps": trial.steps[-1:]})
    (evidence,) = gather_evidence(last, slices, readings, observations)
    return judge_attempt(evidence, _judge_step(evidence, file.load, cores), file.load)


def _judge_step(
    evidence: StepEvidence, load: Load, cores: int | None, beside: StepEvidence | None = None
) -> JudgedStep:
    cautions = doubt(evidence, max_error_ratio=_error_budget(load), cores=cores, beside=beside)
    if load.search:
        cautions = _explain_overload(evidence, cautions, load)
    return JudgedStep(
        step=evidence.step,
        valid=not any(caution.code.invalidates for caution in cautions),
        cautions=cautions,
        rows=summarise(evidence, cautions),
    )


def _error_budget(load: Load) -> float:
    """Return the share of requests that may fail; all, where errors are what is searched for."""
    searches_errors = any(each.quantity == "error_ratio" for each in load.search)
    return 1.0 if searches_errors else load.max_error_ratio


def _explain_overload(
    evidence: StepEvidence, cautions: tuple[Caution, ...], load: Load
) -> tuple[Caution, ...]:
    """Say of a step that was too much for its target just that, since the search looks for it.

    Its throughput can't hold still while requests pile up, which is no flaw of the measurement.
    """
    told = next((each for each in cautions if each.code is CautionCode.OVERLOADED), None)
    overloaded = told or doubt_keeping_up(evidence, load.arrivals)
    if overloaded is None:
        return cautions
    explained = {CautionCode.NO_STEADY_STATE, overloaded.code}
    kept = [caution for caution in cautions if caution.code not in explained]
    order = list(CautionCode)
    return tuple(sorted((*kept, overloaded), key=lambda caution: order.index(caution.code)))
