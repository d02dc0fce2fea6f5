"""Of each experiment the reference runs keep the latest measurement, and that as a whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bench.storage.packed import open_text
from bench.storage.reading_runs import list_runs, read_run
from benchmarks.reference.__main__ import REFERENCE
from benchmarks.reference.thinning import thin


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    run = list_runs(REFERENCE)[0]
    document: dict[str, Any] = json.loads((run / "run.json").read_text())
    return document


@pytest.fixture(scope="module")
def trial() -> dict[str, Any]:
    with open_text(min((list_runs(REFERENCE)[0] / "trials").iterdir()) / "trial.json") as file:
        document: dict[str, Any] = json.load(file)
    return document


class Runs:
    """Makes runs in a folder, with a file in each trial's."""

    def __init__(self, folder: Path, template: dict[str, Any], trial: dict[str, Any]) -> None:
        self.folder, self._template, self._trial = folder, template, trial

    def make(
        self,
        hour: int,
        names: Sequence[str],
        skipped: Sequence[str] = (),
        unfinished: Sequence[str] = (),
    ) -> Path:
        plan = self._template["plan"]
        path = self.folder / f"run-{hour}"
        trials = [
            {**plan["trials"][0], "number": number, "experiment": name, "variant": "loop"}
            for number, name in enumerate(names, 1)
        ]
        document = {
            **self._template,
            "run_id": path.name,
            "started_at": f"2026-01-01T{hour:02}:00:00+00:00",
            "plan": {
                **plan,
                "experiments": [{**plan["experiments"][0], "name": each} for each in names],
                "trials": trials,
            },
            "skipped": dict.fromkeys(skipped, "it needs more"),
        }
        for trial in trials:
            for attempt in ("trials/{}", "set-aside/{}-1"):
                name = f"{trial['number']:03}-{trial['experiment']}-loop"
                kept = path / attempt.format(name)
                kept.mkdir(parents=True)
                written = {"number": trial["number"], "experiment": trial["experiment"]}
                record = {**self._trial, "trial": self._trial["trial"] | written}
                if trial["experiment"] not in unfinished:
                    (kept / "trial.json").write_text(json.dumps(record))
        (path / "run.json").write_text(json.dumps(document))
        return path

    def left(self, run: Path) -> list[str]:
        return sorted(str(each.relative_to(run)) for each in run.glob("*/*"))


@pytest.fixture
def runs(tmp_path: Path, template: dict[str, Any], trial: dict[str, Any]) -> Runs:
    return Runs(tmp_path, template, trial)


def test_an_earlier_run_loses_what_a_later_one_has(runs: Runs) -> None:
    early, late = runs.make(1, ["shop", "till"]), runs.make(2, ["till"])

    thin(runs.folder)

    plan = read_run(early).record.plan
    assert [each.name for each in plan.experiments] == ["shop"]
    assert [(each.number, each.experiment) for each in plan.trials] == [(1, "shop")]
    assert runs.left(early) == ["set-aside/001-shop-loop-1", "trials/001-shop-loop"]
    assert runs.left(late) == ["set-aside/001-till-loop-1", "trials/001-till-loop"]


def test_a_run_of_which_nothing_is_left_goes(runs: Runs) -> None:
    early, late = runs.make(1, ["till"]), runs.make(2, ["shop", "till"])

    thin(runs.folder)

    assert not early.exists()
    assert len(runs.left(late)) == 4


def test_what_a_later_run_had_to_skip_stays(runs: Runs) -> None:
    early = runs.make(1, ["till"])
    runs.make(2, ["shop", "till"], skipped=["till"])

    thin(runs.folder)

    assert runs.left(early) == ["set-aside/001-till-loop-1", "trials/001-till-loop"]


def test_what_a_later_run_did_not_finish_goes_from_that_one(runs: Runs) -> None:
    early = runs.make(1, ["till"])
    late = runs.make(2, ["shop", "till"], unfinished=["till"])

    thin(runs.folder)

    assert runs.left(early) == ["set-aside/001-till-loop-1", "trials/001-till-loop"]
    assert runs.left(late) == ["set-aside/001-shop-loop-1", "trials/001-shop-loop"]


def test_what_no_run_has_finished_stays(runs: Runs) -> None:
    only = runs.make(1, ["shop", "till"], unfinished=["till"])

    thin(runs.folder)

    assert len(runs.left(only)) == 4
