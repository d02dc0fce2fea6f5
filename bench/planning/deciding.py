"""Deciding steps: those that some claim looks at, and that repetitions are worth their time for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bench.model.claim import Claim, Evidence
from bench.model.experiment import StratumValue
from bench.model.load_level import LoadLevel
from bench.model.narrowing import is_same_value


def gather_evidence(claims: Iterable[Claim]) -> dict[str, tuple[Evidence, ...]]:
    """Return the checks of claims, by the experiment that they are of."""
    gathered: dict[str, tuple[Evidence, ...]] = {}
    for claim in claims:
        for evidence in claim.evidence:
            gathered[evidence.experiment] = (*gathered.get(evidence.experiment, ()), evidence)
    return gathered


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
