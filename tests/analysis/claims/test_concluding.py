"""One claim, two checks of it and one exception: all that can come of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bench.analysis.claims.concluding import conclude_claim
from bench.model.claim import ClaimFinding, EvidenceVerdict
from bench.model.threshold import Finding

HELD, CROSSED = Finding.HELD, Finding.CROSSED
OPEN, NONE = Finding.INCONCLUSIVE, Finding.NOT_MEASURED


Evidence = Callable[..., EvidenceVerdict]


@pytest.fixture
def evidence(build_evidence: Evidence) -> Evidence:
    def build(verdict: Finding, role: str = "holds", where: str = "") -> EvidenceVerdict:
        because = "" if verdict is HELD else f"it is {verdict}"
        return build_evidence(
            threshold="a.p99 < 3ms", verdict=verdict, because=because, role=role, where=where
        )

    return build


@pytest.mark.parametrize(
    ("holds", "unless", "expected"),
    [
        ([HELD], [], ClaimFinding.SUPPORTED),
        ([HELD, HELD], [CROSSED], ClaimFinding.SUPPORTED),
        ([CROSSED], [], ClaimFinding.REFUTED),
        ([CROSSED, CROSSED], [OPEN], ClaimFinding.REFUTED),
        ([HELD, CROSSED], [], ClaimFinding.NUANCED),
        ([HELD, CROSSED, OPEN], [NONE], ClaimFinding.NUANCED),
        ([HELD], [HELD], ClaimFinding.NUANCED),
        ([HELD, OPEN], [HELD], ClaimFinding.NUANCED),
        ([HELD], [OPEN], ClaimFinding.INCONCLUSIVE),
        ([HELD], [NONE], ClaimFinding.INCONCLUSIVE),
        ([HELD, OPEN], [], ClaimFinding.INCONCLUSIVE),
        ([CROSSED, OPEN], [HELD], ClaimFinding.INCONCLUSIVE),
        ([OPEN], [HELD], ClaimFinding.INCONCLUSIVE),
        ([NONE, OPEN], [], ClaimFinding.INCONCLUSIVE),
        ([NONE, NONE], [NONE], ClaimFinding.NOT_MEASURED),
    ],
)
def test_what_is_open_decides_nothing_that_it_could_change(
    evidence: Evidence, holds: list[Finding], unless: list[Finding], expected: ClaimFinding
) -> None:
    found = [
        *(evidence(verdict, "holds") for verdict in holds),
        *(evidence(verdict, "unless") for verdict in unless),
    ]

    assert conclude_claim(found)[0] is expected


def test_a_nuanced_claim_has_the_conditions_of_each_side(evidence: Evidence) -> None:
    found = [
        evidence(HELD, where="forty threads"),
        evidence(HELD, where="forty threads"),
        evidence(CROSSED, where="four hundred threads"),
        evidence(HELD, "unless", where="a cold pool"),
    ]

    assert conclude_claim(found)[1] == (
        "so: forty threads; not so: four hundred threads; but: a cold pool"
    )
    found.append(evidence(OPEN, where="a thousand threads"))
    assert conclude_claim(found)[1].endswith("; but: a cold pool; open: a thousand threads")


def test_a_condition_without_words_is_the_check_itself(evidence: Evidence) -> None:
    assert conclude_claim([evidence(HELD)])[1] == "so: a.p99 < 3ms"
    assert conclude_claim([evidence(CROSSED)])[1] == "not so: a.p99 < 3ms"


def test_what_is_open_is_told_with_its_reason(evidence: Evidence) -> None:
    found = [evidence(HELD, where="one user"), evidence(OPEN, "unless", where="two users")]

    assert conclude_claim(found)[1] == "open: two users (it is inconclusive)"
    assert conclude_claim([evidence(NONE)])[1] == "a.p99 < 3ms (it is not-measured)"
