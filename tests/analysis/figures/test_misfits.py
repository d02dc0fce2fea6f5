from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from bench.analysis.figures.misfits import find_figure_misfits
from bench.model.figure import Figure

FIGURE: TypeAdapter[Figure] = TypeAdapter(Figure)
LINES = {"kind": "lines", "quantities": "p50", "experiment": "shop"}
MATRIX = {"kind": "matrix", "quantity": "p50", "experiment": "shop"}


@pytest.mark.parametrize(
    ("fields", "experiment", "said"),
    [
        (LINES | {"variants": ["async", "fast"]}, {}, "it shows 'fast', and the variants are sync"),
        (LINES | {"stratum": {"rows": 1}}, {}, "narrowed by 'rows', and the conditions are none"),
        (LINES | {"stratum": {"rows": 9}}, {"strata": {"rows": [1]}}, "rows is never 9 in shop"),
        (LINES | {"over": "rows"}, {"strata": {"size": [1]}}, "the conditions are size"),
        (LINES | {"users": 3}, {"load": {"rate": [1]}}, "narrowed to users, and shop has a rate"),
        (LINES | {"rate": 3.0}, {}, "narrowed to a rate, and shop has users"),
        (LINES | {"rate": 3.0}, {"load": {"search": ["p99 < 1s"]}}, "and shop searches for one"),
        (MATRIX | {"columns": "kind"}, {}, "over 'kind', and the conditions are none"),
    ],
)  # fmt: skip
def test_what_the_experiment_does_not_have_is_named(
    runs: Any, fields: dict[str, Any], experiment: dict[str, Any], said: str
) -> None:
    figure = FIGURE.validate_python({"title": "T", "alt": "A"} | fields)
    (misfit,) = find_figure_misfits(figure, runs.experiment(**experiment))
    assert said in misfit


def test_what_fits_is_passed_over(runs: Any) -> None:
    experiment = runs.experiment(strata={"rows": [1, 2]})
    for fields in (
        LINES | {"over": "rows", "stratum": {"rows": 1}, "users": 10, "variants": "sync"},
        MATRIX | {"columns": "rows"},
        {"kind": "forest"},
        {"kind": "verdicts"},
    ):
        figure = FIGURE.validate_python({"title": "T", "alt": "A"} | fields)
        assert not list(find_figure_misfits(figure, experiment))
