"""Before load: ask a target the seeded requests, and hold its answers against the others'."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

from pydantic import TypeAdapter

from bench.analysis.sameness import all_failed, find_differences
from bench.errors import AnswersDifferError, TargetError, UsageError
from bench.execution.trials.driver_link import DriverLink
from bench.execution.trials.parts import Part, naming_arm
from bench.model.answers import Answer, Difference
from bench.model.experiment import ExperimentFile, StratumValue
from bench.model.variant import Variant
from bench.storage.evidence import write_answers

_ANSWERS: Final[TypeAdapter[tuple[Answer, ...] | None]] = TypeAdapter(tuple[Answer, ...] | None)
_BESIDE_REQUESTS_S: Final = 60.0
"""For what a task does beside its requests, each of which has a deadline of its own."""

_SHOWN: Final = 8
"""Differences in an error message; the rest is counted."""

StratumKey = tuple[tuple[str, StratumValue], ...]


class References:
    """The answers that later trials of an experiment are held against, one set for each stratum."""

    def __init__(self) -> None:
        self._answers: dict[StratumKey, tuple[str, tuple[Answer, ...]]] = {}

    def learn(
        self, variant: str, stratum: dict[str, StratumValue], answers: tuple[Answer, ...]
    ) -> None:
        """Keep a variant's answers, unless there are some for the stratum already."""
        self._answers.setdefault(_key(stratum), (variant, answers))

    def find(self, stratum: dict[str, StratumValue]) -> tuple[str, tuple[Answer, ...]] | None:
        """Return the reference for a stratum and the variant that it comes from."""
        return self._answers.get(_key(stratum))


async def probe_target(
    link: DriverLink, file: ExperimentFile, *, seed: int
) -> tuple[Answer, ...] | None:
    """Ask a fresh target the seeded requests, one user alone; None: the driver can't probe."""
    await link.say("probe", seed=seed, tasks=file.same.tasks)
    requests = file.same.tasks * max(len(file.flow), 1) + 1
    heard = await link.hear("answers", _BESIDE_REQUESTS_S + requests * file.load.timeout)
    return _ANSWERS.validate_python(heard["answers"])


def judge_answers(
    answers: tuple[Answer, ...],
    file: ExperimentFile,
    part: Part,
    references: References,
) -> float:
    """Hold a fresh target's answers against those of the stratum's first trial; keep them.

    Returns:
        The median service time of one user alone, in seconds.

    Raises:
        UsageError: the scenario sends nothing.
        TargetError: it answers nothing but errors, where errors are not the metric.
        AnswersDifferError: it answers otherwise than the reference.
    """
    write_answers(part.folder, answers)
    _refuse_silence(part, file, answers)
    with naming_arm(part.arm):
        _refuse_failure(part, file, answers)
        if file.same.check:
            _refuse_difference(part, file, answers, references)
    return median(answer.service_s for answer in answers if answer.group == "users")


def _refuse_silence(part: Part, file: ExperimentFile, answers: Sequence[Answer]) -> None:
    if not any(answer.group == "users" for answer in answers):
        raise UsageError(
            f"{part.trial.experiment}: one user sent nothing in {file.same.tasks} tasks.",
            hint=f"What the tasks raised is in {part.folder / 'generator.log'}",
        )


def _refuse_failure(part: Part, file: ExperimentFile, answers: Sequence[Answer]) -> None:
    said = all_failed(answers)
    if said is not None and file.load.max_error_ratio < 1:
        raise TargetError(
            f"{part.trial.experiment}/{part.label} answers every request with an error: {said}",
            hint=_where_to_look(file.variants[part.trial.variant], part.folder),
        )


def _where_to_look(variant: Variant, folder: Path) -> str:
    if variant.url is not None:
        return f"It already ran, at {variant.url}: its own log says more."
    return f"Its own words are in {folder / 'target.log'}; `bench serve` starts it by hand."


def _refuse_difference(
    part: Part, file: ExperimentFile, answers: tuple[Answer, ...], references: References
) -> None:
    references.learn(part.label, part.trial.stratum, answers)
    reference = references.find(part.trial.stratum)
    assert reference is not None
    other, expected = reference
    differences = find_differences(expected, answers, file.same.ignore)
    if differences:
        raise AnswersDifferError(
            f"{part.trial.experiment}: {part.label} and {other} answer equal requests differently.",
            evidence=_describe(differences, other, part.label),
            hint="Make them answer alike, or list what may differ in [same] ignore, "
            'such as "header:etag" or "json:$.elapsed".',
        )


def _describe(differences: Sequence[Difference], reference: str, variant: str) -> list[str]:
    # equal tasks differ equally, and once is enough to be told of it
    told = dict.fromkeys(
        f"{each.request}, {each.where}: {reference} {each.reference}; {variant} {each.other}"
        for each in differences
    )
    shown = list(told)[:_SHOWN]
    if len(told) > _SHOWN:
        shown.append(f"and {len(told) - _SHOWN} more")
    return shown


def _key(stratum: dict[str, StratumValue]) -> StratumKey:
    return tuple(sorted(stratum.items()))
