from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.analysis.claims.expecting import find_changes
from bench.analysis.claims.judging import judge_claims
from bench.model.claim import Claim, ClaimFinding
from bench.model.experiment import Experiment, ExperimentFile
from bench.model.load_level import Users
from bench.model.plan import Plan, PlannedStep, PlannedTrial
from bench.model.run import RunRecord, StoredRun

CHECK = {"experiment": "shop", "check": "async.throughput > 2 * sync.throughput", "where": "here"}


def claim(*holds: dict[str, Any], unless: Any = ()) -> Claim:
    return Claim(says="it is better", holds=holds, unless=unless)


def run(build: Any, ours: Any, theirs: Any, run_id: str = "one", **record: Any) -> StoredRun:
    file = ExperimentFile.model_validate(
        {
            "title": "Which is faster?",
            "flow": [{"path": "/"}],
            "load": record.pop("load", {"users": [10]}),
            "variants": {
                "sync": {"command": ["serve"], "baseline": True},
                "async": {"command": ["serve"]},
            },
        }
    )
    steps = (PlannedStep(index=0, load=Users(users=10), window_s=10.0),)
    common = {"number": 1, "experiment": "shop", "repetition": 0, "seed": 1, "steps": steps}
    plan = Plan(
        name="shop",
        preset=None,
        seed=1,
        pin="auto",
        experiments=(Experiment(name="shop", path=Path("/shop.toml"), file=file),),
        trials=tuple(
            PlannedTrial(variant=variant, stratum={}, **common) for variant in ("sync", "async")
        ),
    )
    records = tuple(
        build.record(variant, repetition, throughput_per_s=value)
        for variant, values in (("async", ours), ("sync", theirs))
        for repetition, value in enumerate(values)
    )
    return StoredRun.model_construct(
        path=Path("/results/one"),
        record=RunRecord.model_construct(
            run_id=run_id, plan=plan, skipped=record.pop("skipped", {}), environment=None
        ),
        trials=records,
        unfinished=(),
    )


def test_a_claim_has_the_verdict_of_its_checks_and_their_numbers(build: Any) -> None:
    found = judge_claims({"C1": claim(CHECK)}, [run(build, (300, 310), (100, 101))])

    (verdict,) = found
    assert (verdict.id, verdict.says, verdict.verdict) == (
        "C1",
        "it is better",
        ClaimFinding.SUPPORTED,
    )
    (evidence,) = verdict.evidence
    assert (evidence.role, evidence.where, evidence.run_id, evidence.n) == (
        "holds",
        "here",
        "one",
        2,
    )
    assert 2 < evidence.low < evidence.value < evidence.high


def test_an_exception_limits_it(build: Any) -> None:
    unless = {"experiment": "shop", "check": "async.throughput > 200"}

    (verdict,) = judge_claims(
        {"C1": claim(CHECK, unless=unless)}, [run(build, (300, 310), (100, 101))]
    )

    assert verdict.verdict is ClaimFinding.NUANCED
    assert [each.role for each in verdict.evidence] == ["holds", "unless"]


def test_of_several_runs_the_last_that_has_the_experiment_counts(build: Any) -> None:
    runs = [
        run(build, (300, 310), (100, 101), "first"),
        run(build, (100, 103), (100, 101), "second"),
    ]

    (verdict,) = judge_claims({"C1": claim(CHECK, CHECK)}, runs)

    assert verdict.verdict is ClaimFinding.REFUTED
    assert {each.run_id for each in verdict.evidence} == {"second"}


def test_an_experiment_that_no_run_has_was_not_measured() -> None:
    (verdict,) = judge_claims({"C1": claim(CHECK)}, [])

    assert (verdict.verdict, verdict.because) == (
        ClaimFinding.NOT_MEASURED,
        "here (no run has shop)",
    )
    assert verdict.evidence[0].against == "sync.throughput"


def test_an_experiment_that_was_skipped_says_why(build: Any) -> None:
    skipped = run(build, (), (), skipped={"shop": "it needs 3 cores"})

    (verdict,) = judge_claims({"C1": claim(CHECK)}, [skipped])

    assert verdict.because == "here (shop was skipped: it needs 3 cores)"


def test_a_check_that_does_not_fit_the_run_says_so(build: Any) -> None:
    unknown = {"experiment": "shop", "check": "other.p99 < 3ms"}
    searched = run(build, (), (), load={"search": "p99 < 3ms"})
    rated = run(build, (), (), load={"rate": [3]})

    (verdict,) = judge_claims({"C1": claim(unknown)}, [run(build, (), ())])
    assert "no variant is" in verdict.because
    (verdict,) = judge_claims({"C1": claim(CHECK)}, [searched])
    assert "load has a search" in verdict.because
    (verdict,) = judge_claims({"C1": claim(CHECK | {"users": 10})}, [rated])
    assert "load has rate" in verdict.because


def test_changes_of_verdicts_are_told(build: Any) -> None:
    found = judge_claims(
        {name: claim(CHECK) for name in ("C1", "C2", "C3")},
        [run(build, (300, 310), (100, 101))],
    )
    expected = {
        "C1": ClaimFinding.SUPPORTED,
        "C2": ClaimFinding.REFUTED,
        "C9": ClaimFinding.NUANCED,
    }

    changes = find_changes(expected, found)

    assert changes == (
        "C2: supported, expected refuted; so: here",
        "C3: supported, and nothing was expected of it",
        "C9: expected nuanced, and there is no such claim",
    )
    assert find_changes(expected, found, whole=False) == changes[:2]
