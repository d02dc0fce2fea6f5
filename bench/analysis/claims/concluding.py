"""Concluding: the checks of a claim, each held, crossed or open, become one verdict.

| what it comes to (`holds`) | its exceptions (`unless`) | verdict |
|---|---|---|
| all held | all crossed, or none are named | supported |
| all crossed | whatever they are | refuted |
| some held and some crossed | whatever they are | nuanced |
| all held | one held | nuanced |
| nothing of it was measured, nor of its exceptions | | not measured |
| anything else | | inconclusive |

What is open could fall on either side, so that a claim with an open check is decided only where
that changes nothing: one held beside one crossed is nuanced whatever the third is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.model.claim import ClaimFinding, EvidenceVerdict
from bench.model.threshold import Finding


def conclude_claim(evidence: Sequence[EvidenceVerdict]) -> tuple[ClaimFinding, str]:
    """Return the verdict of a claim, and why.

    Args:
        evidence: every check in every place that it holds for, of either role; one of `holds` at
            least.
    """
    core = [each for each in evidence if each.role == "holds"]
    exceptions = [each for each in evidence if each.role == "unless"]
    held, crossed = _pick(core, Finding.HELD), _pick(core, Finding.CROSSED)
    limits = _pick(exceptions, Finding.HELD)
    if held and (crossed or limits):
        return ClaimFinding.NUANCED, _describe_sides(held, crossed, limits, _open(evidence))
    if len(crossed) == len(core):
        return ClaimFinding.REFUTED, f"not so: {_list(crossed)}"
    if len(held) == len(core) and not _open(exceptions):
        return ClaimFinding.SUPPORTED, f"so: {_list(held)}"
    if all(each.verdict is Finding.NOT_MEASURED for each in evidence):
        return ClaimFinding.NOT_MEASURED, _list_reasons(evidence)
    return ClaimFinding.INCONCLUSIVE, f"open: {_list_reasons(_open(evidence))}"


def _pick(evidence: Iterable[EvidenceVerdict], finding: Finding) -> list[EvidenceVerdict]:
    return [each for each in evidence if each.verdict is finding]


def _open(evidence: Iterable[EvidenceVerdict]) -> list[EvidenceVerdict]:
    decided = (Finding.HELD, Finding.CROSSED)
    return [each for each in evidence if each.verdict not in decided]


def _describe_sides(
    held: Sequence[EvidenceVerdict],
    crossed: Sequence[EvidenceVerdict],
    limits: Sequence[EvidenceVerdict],
    undecided: Sequence[EvidenceVerdict],
) -> str:
    sides = {"so": held, "not so": crossed, "but": limits, "open": undecided}
    return "; ".join(f"{side}: {_list(evidence)}" for side, evidence in sides.items() if evidence)


def _list(evidence: Iterable[EvidenceVerdict]) -> str:
    """List conditions in words, each once; where a check has none, the check itself."""
    return ", ".join(dict.fromkeys(each.where or each.threshold for each in evidence))


def _list_reasons(evidence: Iterable[EvidenceVerdict]) -> str:
    reasons = (f"{each.where or each.threshold} ({each.because})" for each in evidence)
    return ", ".join(dict.fromkeys(reasons))
