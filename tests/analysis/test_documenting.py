from __future__ import annotations

from pathlib import Path

from bench.analysis.documenting import document_run
from bench.model.condition import Condition
from bench.model.environment import Environment
from bench.model.experiment import Experiment
from bench.model.knee import Knee
from bench.model.plan import Plan
from bench.model.run import RunRecord, StoredRun


def stored_run(build, *trials):
    optional = dict.fromkeys(Environment.model_fields)
    environment = optional | {
        "fingerprint": "f00d",
        "identity": {},
        "system": "Linux",
        "kernel": "6.1",
        "cpu_model": "Test CPU",
        "cores": 2,
        "usable_cores": (0, 1),
        "memory_bytes": 1,
        "open_files_limit": 1024,
        "python": "3.11",
        "packages": {},
        "missing": (),
    }
    experiment = Experiment(name="shop", path=Path("shop.toml"), file=build.file())
    record = RunRecord(
        schema_version=1,
        run_id="a-run",
        pairbench="0.1.0",
        argv=("bench", "run"),
        started_at="2026-01-01T00:00:00Z",
        attempt=1,
        git_commit=None,
        git_dirty=None,
        environment=Environment(**environment),
        plan=Plan(
            name="shop", preset="quick", seed=1, pin="auto", experiments=(experiment,), trials=()
        ),
    )
    return StoredRun(path=Path("runs/a-run"), record=record, trials=trials, unfinished=())


def test_a_run_becomes_one_document_with_its_steps_and_its_comparisons(build):
    baseline = build.record("async", 0, number=1, throughput_per_s=100.0)
    candidate = build.record("sync", 0, number=2, throughput_per_s=50.0)

    document = document_run(stored_run(build, baseline, candidate))

    assert (document.run_id, document.path) == ("a-run", "runs/a-run")
    assert document.environment.fingerprint == "f00d"
    assert [row.throughput_per_s for row in document.steps] == [100.0, 50.0]
    (comparison,) = document.comparisons
    assert (comparison.candidate, comparison.baseline, comparison.ratio) == ("sync", "async", 0.5)


def test_what_searches_found_stands_in_the_document_with_its_ratio(build):
    trials = [
        build.record(variant, 0, number=number, trial={"knee": knee(rate)})
        for number, (variant, rate) in enumerate((("async", 400.0), ("sync", 100.0)), 1)
    ]

    document = document_run(stored_run(build, *trials))

    assert [(each.variant, each.rate_per_s) for each in document.knees] == [
        ("async", 400.0),
        ("sync", 100.0),
    ]
    (comparison,) = document.comparisons
    assert (comparison.quantity, comparison.ratio) == ("knee_per_s", 0.25)


def knee(rate_per_s):
    return Knee(
        conditions=(Condition(quantity="p99", below=0.25),),
        end="found",
        holds_per_s=rate_per_s,
        fails_per_s=None,
        because="",
    )
