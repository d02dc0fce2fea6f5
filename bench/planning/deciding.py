"""Deciding steps: those that some claim looks at, and that repetitions are worth their time for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bench.model.claim import Claim, Evidence
from bench.model.experiment import StratumValue
from bench.model.load_level import LoadLevel
from bench.model.narrowing import is_same_value
from bench.model.plan import PlannedStep


def gather_evidence(claims: Iterable[Claim]) -> dict[str, tuple[Evidence, ...]]:
    """Return the checks of claims, by the experiment that they are of."""
    gathered: dict[str, tuple[Evidence, ...]] = {}
    for claim in claims:
        for evidence in claim.evidence:
            gathered[evidence.experiment] = (*gathered.get(evidence.experiment, ()), evidence)
    return gathered


def choose_steps(
    steps: tuple[PlannedStep, ...],
    repetition: int,
    deciding: Sequence[Evidence] | None,
    variant: str,
    stratum: Mapping[str, StratumValue],
) -> tuple[PlannedStep, ...]:
    """Choose what a repetition climbs: all at first, and from the second on what decides.

    Args:
        steps: the whole ladder.
        repetition: from 0 on.
        deciding: the checks that repetitions are for; None: all is repeated.
        variant: whose steps they are.
        stratum: in which they are.
    """
    if not repetition or deciding is None:
        return steps
    return tuple(step for step in steps if decides(deciding, variant, stratum, step.load))


def decides(
    evidence: Iterable[Evidence],
    variant: str,
    stratum: Mapping[str, StratumValue],
    load: LoadLevel,
) -> bool:
    """Tell whether any check looks at a variant in a stratum at a load level."""
    return any(_looks_at(each, variant, stratum, load) for each in evidence)


def _looks_at(
    evidence: Evidence, variant: str, stratum: Mapping[str, StratumValue], load: LoadLevel
) -> bool:
    named = {term.variant for term in evidence.check.terms}
    return (
        bool(named & {variant, None})
        and evidence.means_load(load)
        and all(
            any(is_same_value(stratum[name], value) for value in values)
            for name, values in evidence.stratum.items()
            if name in stratum
        )
    )
