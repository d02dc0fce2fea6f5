from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console

from bench.model.claim import ClaimsDocument, ClaimVerdict, EvidenceVerdict
from bench.reporting.claim_tables import build_claim_sections, count_verdicts
from bench.reporting.claims_markdown import write_claims_markdown
from bench.reporting.json_document import write_json_document
from bench.reporting.terminal import print_sections

Build = Callable[..., EvidenceVerdict]


@pytest.fixture
def claim(build_evidence: Build) -> Callable[..., ClaimVerdict]:
    def build(name: str = "C05", verdict: str = "nuanced", *found: EvidenceVerdict) -> ClaimVerdict:
        return ClaimVerdict(
            id=name,
            says="threads <b>prevent</b> density",
            verdict=verdict,
            because="so: 400 users",
            evidence=found or (build_evidence(),),
        )

    return build


def test_verdicts_are_counted_in_their_order(claim: Any) -> None:
    claims = [claim("a", "refuted"), claim("b", "supported"), claim("c", "refuted")]

    assert count_verdicts(claims) == "1 supported, 2 refuted"
    assert count_verdicts([]) == "none"


def test_each_claim_is_a_row_with_its_reason(claim: Any) -> None:
    (section,) = build_claim_sections([claim()], with_evidence=False)

    (row,) = section.tables[0].rows
    assert row.cells == ("C05", "nuanced", "threads <b>prevent</b> density", "so: 400 users")


def test_the_evidence_has_numbers_places_and_roles(claim: Any, build_evidence: Build) -> None:
    open_one = build_evidence(
        role="unless", verdict="inconclusive", because="one trial has no interval", name="GET /"
    )

    _, section = build_claim_sections(
        [claim("C05", "nuanced", build_evidence(), open_one)], with_evidence=True
    )

    table = section.tables[0]
    titles = [column.title for column in table.columns]
    held, other = (dict(zip(titles, row.cells, strict=True)) for row in table.rows)
    assert held["found"] == "4.91 [4.80, 5.02]"
    assert (held["is"], held["as"], held["load"], held["n"]) == ("held", "claim", "400 users", "5")
    assert (other["is"], other["as"], other["request"]) == ("open", "exception", "GET /")
    assert (held["because"], other["because"]) == ("", "one trial has no interval")
    assert "95 %" in table.caption


def test_what_was_not_measured_carries_less_weight(claim: Any, build_evidence: Build) -> None:
    missing = build_evidence(verdict="not-measured", value=None, low=None, high=None, n=0)

    sections = build_claim_sections([claim("C42", "not-measured", missing)], with_evidence=True)

    assert [row.counts for each in sections for row in each.tables[0].rows] == [False, False]


def test_they_fit_a_terminal_of_eighty_columns(claim: Any) -> None:
    console = Console(width=80, record=True, file=io.StringIO())

    print_sections(console, build_claim_sections([claim()], with_evidence=True))

    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= 80
    assert any("nuanced" in line for line in lines)


def test_markdown_has_all_of_it_and_no_markup_of_the_claims(claim: Any) -> None:
    text = write_claims_markdown([claim()], [])

    assert "<b>" not in text
    assert "## Claims" in text
    assert "## Evidence" in text


def test_the_document_holds_what_was_found(claim: Any) -> None:
    document = ClaimsDocument(schema_version=3, runs=("one",), claims=(claim(),))

    found = json.loads(write_json_document(document))

    (only,) = found["claims"]
    assert (only["id"], only["verdict"], only["evidence"][0]["low"]) == ("C05", "nuanced", 4.8)
