"""Tables of claims: each with its verdict, and what it stands on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from bench.model.claim import ClaimFinding, ClaimVerdict, EvidenceVerdict
from bench.model.threshold import Finding
from bench.reporting.estimate_text import write_estimate
from bench.reporting.labels import label_stratum
from bench.reporting.table import Column, Row, Section, Table, without_empty_columns

_VERDICTS: Final[Mapping[ClaimFinding, str]] = MappingProxyType(
    {
        ClaimFinding.SUPPORTED: "supported",
        ClaimFinding.REFUTED: "refuted",
        ClaimFinding.NUANCED: "nuanced",
        ClaimFinding.INCONCLUSIVE: "inconclusive",
        ClaimFinding.NOT_MEASURED: "not measured",
    }
)
_FOUND: Final[Mapping[Finding, str]] = MappingProxyType(
    {
        Finding.HELD: "held",
        Finding.CROSSED: "not so",
        Finding.INCONCLUSIVE: "open",
        Finding.NOT_MEASURED: "not measured",
    }
)


def build_claim_sections(
    claims: Sequence[ClaimVerdict], *, with_evidence: bool
) -> tuple[Section, ...]:
    """Build the section of the verdicts, and that of their evidence, check by check."""
    verdicts = Section(
        title="Claims", paragraphs=(f"{count_verdicts(claims)}.",), tables=(_verdicts(claims),)
    )
    if not with_evidence:
        return (verdicts,)
    return (verdicts, Section(title="Evidence", tables=(_evidence(claims),)))


def count_verdicts(claims: Iterable[ClaimVerdict]) -> str:
    """Say how many there are of each verdict, such as `12 supported, 3 refuted`."""
    found = Counter(claim.verdict for claim in claims)
    counted = (f"{found[each]} {_VERDICTS[each]}" for each in ClaimFinding if found[each])
    return ", ".join(counted) or "none"


def write_verdict(claim: ClaimVerdict) -> str:
    """Write a claim's verdict in words."""
    return _VERDICTS[claim.verdict]


def write_found(evidence: EvidenceVerdict) -> str:
    """Write in a word or two what was found of a check."""
    return _FOUND[evidence.verdict]


def _verdicts(claims: Sequence[ClaimVerdict]) -> Table:
    return Table(
        columns=(
            Column(title="claim", key=True),
            Column(title="verdict"),
            Column(title="says", foldable=True),
            Column(title="because", foldable=True),
        ),
        rows=tuple(
            Row(
                cells=(claim.id, write_verdict(claim), claim.says, claim.because),
                counts=claim.verdict is not ClaimFinding.NOT_MEASURED,
            )
            for claim in claims
        ),
    )


def _evidence(claims: Sequence[ClaimVerdict]) -> Table:
    levels = {each.level for claim in claims for each in claim.evidence}
    interval = " or ".join(f"{level * 100:g} %" for level in sorted(levels))
    table = Table(
        caption=f"What was found, with its {interval} interval over n trials, or their ratios "
        "where the bound is a multiple of a quantity. A check is held, or not so, where all of "
        "the interval says it; an exception that is held limits its claim.",
        columns=(
            Column(title="claim", key=True),
            Column(title="check", foldable=True, key=True),
            Column(title="found", align="right"),
            Column(title="is"),
            Column(title="n", align="right"),
            Column(title="where", foldable=True),
            Column(title="as", rank=1),
            Column(title="experiment", foldable=True, rank=1),
            Column(title="load", align="right", rank=1),
            Column(title="stratum", foldable=True, rank=1),
            Column(title="request", foldable=True, rank=2),
            Column(title="because", foldable=True, rank=2),
        ),
        rows=tuple(_row(claim.id, each) for claim in claims for each in claim.evidence),
    )
    return without_empty_columns(table)


def _row(claim: str, evidence: EvidenceVerdict) -> Row:
    return Row(
        cells=(
            claim,
            evidence.threshold,
            write_estimate(evidence),
            write_found(evidence),
            str(evidence.n),
            evidence.where,
            "claim" if evidence.role == "holds" else "exception",
            evidence.experiment,
            "" if evidence.load is None else str(evidence.load),
            label_stratum(evidence.stratum),
            evidence.name or "",
            "" if evidence.verdict is Finding.HELD else evidence.because,
        ),
        counts=evidence.verdict is not Finding.NOT_MEASURED,
    )
