"""Judging: a trial's raw lines become steps with cautions, validity and rows."""

from __future__ import annotations

from collections.abc import Iterable

from bench.analysis.doubting import doubt
from bench.analysis.evidence import StepEvidence, gather_evidence
from bench.analysis.summarising import summarise
from bench.model.experiment import ExperimentFile
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
        _judge_step(evidence, file.load.max_error_ratio, cores)
        for evidence in gather_evidence(trial, slices, readings, observations)
    )


def _judge_step(evidence: StepEvidence, max_error_ratio: float, cores: int | None) -> JudgedStep:
    cautions = doubt(evidence, max_error_ratio=max_error_ratio, cores=cores)
    return JudgedStep(
        step=evidence.step,
        valid=not any(caution.code.invalidates for caution in cautions),
        cautions=cautions,
        rows=summarise(evidence, cautions),
    )
