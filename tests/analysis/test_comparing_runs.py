from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

from bench.analysis.comparing_runs import FEW, NO_VALID, compare_runs
from bench.analysis.estimating_unpaired import estimate_unpaired_ratio
from bench.model.experiment import Experiment, ExperimentFile
from bench.model.plan import Plan
from bench.model.run import RunRecord, StoredRun


def run(records: Any, run_id: str = "one", names: tuple[str, ...] = ("shop",)) -> StoredRun:
    file = ExperimentFile.model_validate(
        {
            "title": "Which is faster?",
            "flow": [{"path": "/"}],
            "load": {"users": [10]},
            "variants": {"async": {"command": ["serve"]}},
        }
    )
    plan = Plan(
        name="shop",
        preset=None,
        seed=1,
        pin="auto",
        experiments=tuple(
            Experiment(name=name, path=Path(f"/{name}.toml"), file=file) for name in names
        ),
        trials=(),
    )
    return StoredRun.model_construct(
        path=Path("/results"),
        record=RunRecord.model_construct(run_id=run_id, plan=plan),
        trials=tuple(records),
        unfinished=(),
    )


def trials(build: Any, values: Any, field: str = "p50_s", **record: Any) -> list[Any]:
    return [
        build.record("async", repetition, number=repetition + 1, **{field: value} | record)
        for repetition, value in enumerate(values)
    ]


def test_the_ratio_is_that_of_geometric_means_with_welchs_interval(build: Any) -> None:
    ours = trials(build, (math.exp(0.1), math.exp(0.3)))
    theirs = trials(build, (1.0, math.exp(0.2)))

    (found,) = compare_runs(run(theirs), run(ours, "two"))

    assert (found.candidate, found.baseline, found.quantity, found.n) == (
        "async",
        "one",
        "p50_s",
        2,
    )
    assert found.ratio == pytest.approx(math.exp(0.1))
    assert (found.low, found.high) == (
        pytest.approx(math.exp(-0.5085), abs=1e-4),
        pytest.approx(math.exp(0.7085), abs=1e-3),
    )
    assert found.valid
    assert found.because == ""


def test_what_only_one_run_has_is_passed_over(build: Any) -> None:
    one = run([*trials(build, (1.0, 2.0)), build.duet(*trials(build, (1.0, 2.0)))])
    other = run(trials(build, (1.0, 2.0), load={"users": 20}), names=("shop", "bar"))
    assert compare_runs(one, other) == ()


def test_rates_are_places_too(build: Any) -> None:
    both = [run(trials(build, (1.0, 2.0), load={"rate": 20.0})) for _ in range(2)]
    (found,) = compare_runs(*both)
    assert found.ratio == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("theirs", "changes", "because", "ratio"),
    [
        ((2.0,), {}, FEW, 0.5),
        ((1.0, 1.0), {}, "the trials of each side agree", 1.0),
        ((1.0, 2.0), {"valid": False}, NO_VALID, None),
        ((0.0, None), {}, NO_VALID, None),
        ((1.0, 2.0), {"at_least": ("p50_s",)}, NO_VALID, None),
    ],
)
def test_where_there_is_no_interval_the_reason_is_told(
    build: Any, theirs: Any, changes: dict[str, Any], because: str, ratio: float | None
) -> None:
    (found,) = compare_runs(
        run(trials(build, theirs, **changes)), run(trials(build, (1.0, 1.0)), "two")
    )
    assert because in found.because
    assert (found.low, found.high) == (None, None)
    assert found.ratio == (None if ratio is None else pytest.approx(ratio))
    assert found.valid == (ratio is not None)


def test_sides_that_vary_differently_have_satterthwaites_degrees_of_freedom() -> None:
    """By hand: standard errors squared 0.01 and 0.0004 / 3, 1.027 degrees of freedom."""
    found = estimate_unpaired_ratio([0.1, 0.3], [0.0, 0.02, 0.04], 0.95)
    ours, theirs = 0.01, 0.0004 / 3
    freedom = (ours + theirs) ** 2 / (ours**2 / 1 + theirs**2 / 2)
    half_width = stats.t.ppf(0.975, freedom) * math.sqrt(ours + theirs)
    assert math.log(found.high) == pytest.approx(0.18 + half_width)
    assert freedom == pytest.approx(1.027, abs=0.001)
