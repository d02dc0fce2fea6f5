from __future__ import annotations

import io
import json
from typing import Any

from rich.console import Console

from bench.model.claim import ClaimsDocument, ClaimVerdict, EvidenceVerdict
from bench.model.load_level import Users
from bench.reporting.claim_tables import build_claim_sections, count_verdicts
from bench.reporting.claims_markdown import write_claims_markdown
from bench.reporting.json_document import write_json_document
from bench.reporting.terminal import print_sections


def evidence(**changes: Any) -> EvidenceVerdict:
    values: dict[str, Any] = {
        "experiment": "shop",
        "threshold": "loop.throughput > 2 * threads.throughput",
        "stratum": {"wait_ms": 100},
        "load": Users(users=400),
        "name": None,
        "variant": "loop",
        "quantity": "throughput",
        "against": "threads.throughput",
        "operator": ">",
        "bound": 2.0,
        "unit": "",
        "value": 4.91,
        "low": 4.8,
        "high": 5.02,
        "level": 0.95,
        "n": 5,
        "method": "t on logs",
        "trials": (1, 2),
        "dropped": 0,
        "verdict": "held",
        "because": "",
        "role": "holds",
        "where": "400 users",
        "run_id": "one",
    }
    return EvidenceVerdict(**values | changes)


def claim(name: str = "C05", verdict: str = "nuanced", *found: EvidenceVerdict) -> ClaimVerdict:
    return ClaimVerdict(
        id=name,
        says="threads <b>prevent</b> density",
        verdict=verdict,
        because="so: 400 users",
        evidence=found or (evidence(),),
    )


def test_verdicts_are_counted_in_their_order() -> None:
    claims = [claim("a", "refuted"), claim("b", "supported"), claim("c", "refuted")]

    assert count_verdicts(claims) == "1 supported, 2 refuted"
    assert count_verdicts([]) == "none"


def test_each_claim_is_a_row_with_its_reason() -> None:
    (section,) = build_claim_sections([claim()], with_evidence=False)

    (row,) = section.tables[0].rows
    assert row.cells == ("C05", "nuanced", "threads <b>prevent</b> density", "so: 400 users")


def test_the_evidence_has_numbers_places_and_roles() -> None:
    open_one = evidence(
        role="unless", verdict="inconclusive", because="one trial has no interval", name="GET /"
    )

    _, section = build_claim_sections(
        [claim("C05", "nuanced", evidence(), open_one)], with_evidence=True
    )

    table = section.tables[0]
    titles = [column.title for column in table.columns]
    held, other = (dict(zip(titles, row.cells, strict=True)) for row in table.rows)
    assert held["found"] == "4.91 [4.80, 5.02]"
    assert (held["is"], held["as"], held["load"], held["n"]) == ("held", "claim", "400 users", "5")
    assert (other["is"], other["as"], other["request"]) == ("open", "exception", "GET /")
    assert (held["because"], other["because"]) == ("", "one trial has no interval")
    assert "95 %" in table.caption


def test_what_was_not_measured_carries_less_weight() -> None:
    missing = evidence(verdict="not-measured", value=None, low=None, high=None, n=0)

    sections = build_claim_sections([claim("C42", "not-measured", missing)], with_evidence=True)

    assert [row.counts for each in sections for row in each.tables[0].rows] == [False, False]


def test_they_fit_a_terminal_of_eighty_columns() -> None:
    console = Console(width=80, record=True, file=io.StringIO())

    print_sections(console, build_claim_sections([claim()], with_evidence=True))

    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= 80
    assert any("nuanced" in line for line in lines)


def test_markdown_has_all_of_it_and_no_markup_of_the_claims() -> None:
    text = write_claims_markdown([claim()], [])

    assert "<b>" not in text
    assert "## Claims" in text
    assert "## Evidence" in text


def test_the_document_holds_what_was_found() -> None:
    document = ClaimsDocument(schema_version=3, runs=("one",), claims=(claim(),))

    found = json.loads(write_json_document(document))

    (only,) = found["claims"]
    assert (only["id"], only["verdict"], only["evidence"][0]["low"]) == ("C05", "nuanced", 4.8)
