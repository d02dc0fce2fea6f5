from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bench.reporting.json_document import write_json_document

Build = Callable[..., Any]


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def test_the_document_has_its_fields_in_order(make_document: Build, make_step: Build) -> None:
    text = write_json_document(make_document(steps=(make_step(),)))
    document = json.loads(text, parse_constant=_refuse)
    assert list(document) == [
        "schema_version",
        "run_id",
        "path",
        "environment",
        "steps",
        "comparisons",
        "knees",
        "thresholds",
    ]
    step = document["steps"][0]
    assert step["load"] == {"users": 20}
    assert step["p95_s"] is None
    assert text.endswith("}\n")


def test_what_is_no_number_is_null(
    make_document: Build, make_step: Build, make_comparison: Build
) -> None:
    nan, infinite = float("nan"), float("inf")
    document = make_document(
        steps=(make_step(p50_s=nan, stratum={"x": infinite}),),
        comparisons=(make_comparison(ratio=infinite, low=nan),),
    )
    read = json.loads(write_json_document(document), parse_constant=_refuse)
    assert read["steps"][0]["p50_s"] is None
    assert read["steps"][0]["stratum"] == {"x": None}
    assert (read["comparisons"][0]["ratio"], read["comparisons"][0]["low"]) == (None, None)


def test_hostile_text_is_exact_and_never_raw(
    make_document: Build, make_step: Build, hostile: str
) -> None:
    name = f"{hostile}\x7f"
    text = write_json_document(make_document(steps=(make_step(name=name),)))
    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    assert json.loads(text)["steps"][0]["name"] == name
