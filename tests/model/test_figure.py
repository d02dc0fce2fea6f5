from __future__ import annotations

import doctest
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

import bench.model.figure
import bench.model.narrowing
from bench.model.figure import Figure, Reference
from bench.model.narrowing import Narrowing

FIGURE: TypeAdapter[Figure] = TypeAdapter(Figure)
ABOUT = {"title": "T", "alt": "A", "experiment": "shop"}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "pie"}, "does not match any of the expected tags"),
        ({"kind": "lines", "quantities": []}, "at least 1 item"),
        ({"kind": "lines", "quantities": "speed"}, "'speed' is no quantity"),
        ({"kind": "lines", "quantities": "3ms"}, "'3ms' is no quantity: write p99"),
        ({"kind": "lines", "quantities": "a.p99"}, "names a variant"),
        ({"kind": "lines", "quantities": ["p50", "cpu", "memory"]}, "of different kinds"),
        ({"kind": "lines", "quantities": "slope(memory)"}, "bars can show it"),
        ({"kind": "lines", "quantities": "p50", "users": 1, "rate": 1.0}, "not to both"),
        (
            {"kind": "bars", "quantity": "p50", "references": {"label": "x", "at": "2MB"}},
            "'2MB' is no duration",
        ),
        ({"kind": "trade-off", "quantity": "memory"}, "between throughput and a time"),
        ({"kind": "matrix", "quantity": "p50"}, "columns"),
        ({"kind": "verdicts", "experiment": "shop"}, "Extra inputs"),
    ],
)
def test_what_cannot_be_drawn_is_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        FIGURE.validate_python(ABOUT | fields)


def test_one_of_a_kind_needs_no_list_and_a_record_can_be_read_again() -> None:
    figure = FIGURE.validate_python(
        ABOUT
        | {
            "kind": "lines",
            "quantities": "memory",
            "variants": "async",
            "users": 10,
            "references": {"label": "2 MB", "at": "2MB", "for_each_user": True},
        }
    )
    assert FIGURE.validate_python(figure.model_dump()) == figure
    assert Reference(label="x", at="2MB").value("memory") == 2_000_000


def test_a_narrowing_means_what_it_names() -> None:
    narrow = Narrowing.model_validate({"rate": [1.0], "stratum": {"rows": [1, 2]}})
    (level,) = narrow.loads
    assert narrow.means_load(level)
    assert not narrow.means_load(None)
    assert narrow.means_stratum({"rows": 2, "other": "x"})
    assert not narrow.means_stratum({"rows": True})
    assert Narrowing().means_load(None)
    assert Narrowing().means_stratum({})


def test_examples_in_docstrings_hold() -> None:
    for module in (bench.model.narrowing, bench.model.figure):
        assert doctest.testmod(module).failed == 0
