"""`bench run --duet`: two real targets at once, and a run folder that tells them apart."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import psutil
import pytest

from bench.model.arm import ARMS, Arm
from bench.model.run import RunDocument, StoredRun
from bench.model.trial import MeasuredTrial, TrialRecord
from bench.storage.reading_runs import list_runs, read_run
from bench.storage.run_folder import arm_folder

Bench = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]

_PATIENCE_S = 60.0

HEAD = """
title = "Does the new one cost more?"
ready = "/"
window = "1s"
flow = [{ path = "/" }]
same = { tasks = 1 }
"""

TELLING = """
import json
import os
import time

from service import app


def tell(name, value):
    line = {"t_s": time.monotonic(), "name": name, "value": value, "unit": ""}
    with open(os.environ["PAIRBENCH_OBSERVATIONS"], "a") as file:
        file.write(json.dumps(line) + "\\n")


tell("hash", hash("x") % 1_000_000)
for core in os.sched_getaffinity(0):
    tell("core", core)
"""

DYING = """
import os

from service import app as living

left = 150


async def app(scope, receive, send):
    global left
    left -= scope["type"] == "http"
    if not left:
        os._exit(7)
    await living(scope, receive, send)
"""

REFUSED = {
    "one variant": ("alone.toml",),
    "several workers": ("pair.toml", "--workers", "2"),
    "searches for a rate": ("search.toml",),
    "already runs": ("running.toml",),
}


@pytest.fixture
def pair(write: Write) -> Path:
    """Write an experiment of two variants that are one and the same."""
    write("telling.py", TELLING)
    return write("pair.toml", experiment())


def experiment(
    *,
    old: str = "telling",
    new: str | None = "telling",
    candidate: str = "",
    load: str = "users = [2]",
    repetitions: int = 2,
) -> str:
    """Return an experiment file.

    Args:
        old: the module of the baseline.
        new: the module of the candidate; None: there is none.
        candidate: more lines of it, or all of them.
        load: the ladder.
        repetitions: how many duets.
    """
    server = 'server = { name = "uvicorn", loop = "asyncio", http = "h11" }'
    parts = [HEAD, f"repetitions = {repetitions}", f"load = {{ {load} }}"]
    parts += ["[variants.old]", "baseline = true", f'app = "{old}:app"', server]
    if new or candidate:
        parts += ["[variants.new]", candidate]
    if new:
        parts += [f'app = "{new}:app"', server]
    return "\n".join(parts)


def stored(folder: Path) -> StoredRun:
    (path,) = list_runs(folder / "results")
    return read_run(path)


def arms_of(record: TrialRecord) -> tuple[MeasuredTrial, MeasuredTrial]:
    baseline, candidate = record.arms
    assert (baseline.arm, candidate.arm) == ARMS
    return baseline, candidate


def told(run: StoredRun, trial: TrialRecord, arm: str, name: str) -> list[float]:
    """Return what an arm's target said of itself."""
    (folder,) = run.path.glob(f"trials/{trial.trial.number:03d}-*")
    lines = (arm_folder(folder, arm) / "observations.jsonl").read_text().splitlines()
    return [each["value"] for each in map(json.loads, lines) if each["name"] == name]


def test_a_duet_is_measured_from_end_to_end(bench: Bench, pair: Path, tmp_path: Path) -> None:
    done = bench("run", "pair.toml", "--duet", "--json")

    assert done.returncode == 0, done.stderr
    document = RunDocument.model_validate_json(done.stdout)
    all_requests = [row for row in document.steps if row.name is None]
    assert [(row.trial, row.arm, row.variant, row.mode) for row in all_requests] == [
        (1, "baseline", "old", "duet"),
        (1, "candidate", "new", "duet"),
        (2, "baseline", "old", "duet"),
        (2, "candidate", "new", "duet"),
    ]
    for row in all_requests:
        assert row.requests
        assert row.cpu_s_per_request is not None
        assert row.errors == {}
    assert {each.quantity for each in document.comparisons} >= {
        *("throughput_per_s", "cpu_s_per_request", "p50_s")
    }
    for each in document.comparisons:
        assert (each.mode, each.candidate, each.baseline) == ("duet", "new", "old")
        assert each.n + each.dropped == 2
    progress = done.stderr.splitlines()
    assert any("pair old against new, duet, repetition 1 of 2" in line for line in progress)
    assert any(line.startswith("  2 users, candidate: ") for line in progress)

    run = stored(tmp_path)
    assert run.unfinished == ()
    the_arms_were_loaded_at_the_same_time_on_the_same_core(run)
    the_hash_seed_is_the_arms_in_common_and_the_trials_own(run)
    the_arms_take_turns_in_starting_first(run)
    each_arm_has_raw_records_of_its_own(run)
    every_format_tells_the_arms_apart(bench, document)


def the_arms_were_loaded_at_the_same_time_on_the_same_core(run: StoredRun) -> None:
    for record in run.trials:
        baseline, candidate = arms_of(record)
        ours, theirs = (arm.steps[0].times for arm in (baseline, candidate))
        assert ours is not None
        assert theirs is not None
        assert (ours.opens_at_s, ours.closes_at_s) == (theirs.opens_at_s, theirs.closes_at_s)
        assert baseline.placement == candidate.placement
        seen = [told(run, record, arm, "core") for arm in ARMS]
        assert seen[0] == seen[1] == list(baseline.placement.target)


def the_hash_seed_is_the_arms_in_common_and_the_trials_own(run: StoredRun) -> None:
    seen = [
        {value for arm in ARMS for value in told(run, record, arm, "hash")} for record in run.trials
    ]
    assert [len(hashes) for hashes in seen] == [1, 1]
    assert seen[0] != seen[1]


def the_arms_take_turns_in_starting_first(run: StoredRun) -> None:
    assert [trial.starts_first for trial in run.record.plan.trials] == ["baseline", "candidate"]
    lower = [baseline.port < candidate.port for baseline, candidate in map(arms_of, run.trials)]
    assert lower == [True, False]


def each_arm_has_raw_records_of_its_own(run: StoredRun) -> None:
    names = ("slices.jsonl", "readings.jsonl", "answers.json", "target.log", "generator.log")
    for folder in ("001-pair-duet", "002-pair-duet"):
        for arm in ARMS:
            for name in names:
                assert (arm_folder(run.path / "trials" / folder, arm) / name).exists()
        assert (run.path / "trials" / folder / "trial.json").exists()


def every_format_tells_the_arms_apart(bench: Bench, document: RunDocument) -> None:
    reported = bench("report", "latest", "--format", "json")
    assert RunDocument.model_validate_json(reported.stdout) == document
    for output in ("terminal", "md"):
        shown = bench("report", document.path, "--format", output)
        assert (shown.returncode, shown.stderr) == (0, "")
        words = " ".join(shown.stdout.split())
        for expected in ("old (baseline)", "new (candidate)", "Ratios to the baseline, duets"):
            assert expected in words
        assert "loaded at the same time on the same core" in words
    (rows,) = [
        list(csv.DictReader(StringIO(table)))
        for table in bench("report", document.path, "--format", "csv").stdout.split("\n\n")
        if table.startswith(("trial,", "experiment,")) and "arm" in table.splitlines()[0].split(",")
    ]
    assert {(row["variant"], row["arm"], row["mode"]) for row in rows} == {
        ("old", "baseline", "duet"),
        ("new", "candidate", "duet"),
    }


def test_a_plan_of_duets_names_both_arms_and_starts_nothing(
    bench: Bench, pair: Path, tmp_path: Path
) -> None:
    done = bench("plan", "pair.toml", "--duet", "--seed", "1", env={"COLUMNS": "120"})
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("old against new, duet") == 2
    assert not (tmp_path / "results").exists()


def test_a_candidate_that_answers_otherwise_ends_it(bench: Bench, write: Write) -> None:
    write("telling.py", TELLING)
    write("pair.toml", experiment(candidate='env = { STRATUM_FLAVOUR = "sour" }'))
    done = bench("run", "pair.toml", "--duet")
    assert done.returncode == 4, done.stderr
    words = " ".join(done.stderr.split())
    assert "new (candidate) and old (baseline) answer equal requests differently" in words
    assert "Traceback" not in words


def test_a_candidate_that_does_not_start_ends_it(
    bench: Bench, write: Write, tmp_path: Path
) -> None:
    write("telling.py", TELLING)
    write("pair.toml", experiment(new="nowhere"))
    done = bench("run", "pair.toml", "--duet", env=scratch(tmp_path))
    assert done.returncode == 4, done.stderr
    assert "pair/new" in done.stderr
    assert "Traceback" not in done.stderr
    assert stored(tmp_path).unfinished == (1, 2)
    nothing_is_left(tmp_path)


@pytest.mark.parametrize("arm", ARMS)
def test_an_arm_that_dies_under_load_is_recorded_by_name(
    bench: Bench, write: Write, tmp_path: Path, arm: Arm
) -> None:
    write("dying.py", DYING)
    write("telling.py", TELLING)
    dying = {"baseline": "old", "candidate": "new"}[arm]
    write("pair.toml", experiment(**{dying: "dying"}, repetitions=1))

    done = bench("run", "pair.toml", "--duet", "--json", env=scratch(tmp_path))

    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    assert "exit code 7 under load" in " ".join(done.stderr.split())
    (record,) = stored(tmp_path).trials
    failures = {each.arm: each.failure for each in arms_of(record)}
    (other,) = failures.keys() - {arm}
    assert "exit code 7 under load" in str(failures[arm])
    assert failures[other] is None
    assert [step.step.times for step in record.steps] == [None, None]
    assert not any(step.valid for step in record.steps)
    nothing_is_left(tmp_path)


@pytest.mark.slow
def test_an_interrupted_duet_run_is_resumed_where_it_ended(
    bench: Bench, pair: Path, tmp_path: Path
) -> None:
    said = interrupt(tmp_path, "results/*/trials/002-*/cand/readings.jsonl")
    assert "1 of 2 trials are kept" in said
    assert stored(tmp_path).unfinished == (2,)
    nothing_is_left(tmp_path)
    (first,) = stored(tmp_path).trials

    changed = bench("run", "--resume", "latest", env={"STRATUM_FLAVOUR": "stale"})
    assert changed.returncode == 4, changed.stderr
    assert "answer equal requests differently" in " ".join(changed.stderr.split())
    assert stored(tmp_path).unfinished == (2,)

    done = bench("run", "--resume", "latest", "--json")

    assert done.returncode == 0, done.stderr
    run = stored(tmp_path)
    assert (run.unfinished, run.record.attempt) == ((), 3)
    assert run.trials[0] == first
    assert {each.n + each.dropped for each in document_of(done).comparisons} == {2}


@pytest.mark.parametrize("why", REFUSED)
def test_what_can_not_be_a_duet_is_refused(
    bench: Bench, write: Write, tmp_path: Path, why: str
) -> None:
    write("pair.toml", experiment())
    write("alone.toml", experiment(new=None))
    write("search.toml", experiment(load='search = "p99 < 250ms"'))
    write("running.toml", experiment(new=None, candidate='url = "http://127.0.0.1:9"'))
    done = bench("run", *REFUSED[why], "--duet")
    assert done.returncode == 2, done.stderr
    assert why in " ".join(done.stderr.split())
    assert not (tmp_path / "results").exists()


def test_a_resumed_run_is_a_duet_or_not_as_it_was_planned(bench: Bench) -> None:
    done = bench("run", "--resume", "latest", "--duet")
    assert done.returncode == 2
    assert "as it was planned" in " ".join(done.stderr.split())


def document_of(done: subprocess.CompletedProcess[str]) -> RunDocument:
    return RunDocument.model_validate_json(done.stdout)


def interrupt(folder: Path, once: str) -> str:
    """Run the experiment, interrupt it once there is such a file, and return what it said."""
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "bench", "run", "pair.toml", "--duet"],
        cwd=folder,
        env=os.environ | scratch(folder),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            wait_until(lambda: any(folder.glob(once)))
            running.send_signal(signal.SIGINT)
            _, said = running.communicate(timeout=_PATIENCE_S)
        finally:
            running.kill()  # what has ended is none the worse for it
    assert running.returncode == 130, said
    return said


def scratch(folder: Path) -> dict[str, str]:
    """Return the environment that gives a run a folder for what is temporary, and marks it."""
    (folder / "scratch").mkdir(exist_ok=True)
    return {"TMPDIR": str(folder / "scratch")}


def nothing_is_left(folder: Path) -> None:
    """Wait until no process that was given the folder is alive, and nothing lies in it."""
    wait_until(lambda: not list(marked_by(folder / "scratch")))
    wait_until(lambda: not list((folder / "scratch").iterdir()))


def marked_by(folder: Path) -> list[Any]:
    return [each for each in psutil.process_iter() if _temp_of(each) == str(folder)]


def _temp_of(process: psutil.Process) -> str | None:
    try:
        found: str | None = process.environ().get("TMPDIR")
    except psutil.Error:
        return None
    return found


def wait_until(condition: Callable[[], bool]) -> None:
    give_up_at_s = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up_at_s
        time.sleep(0.05)
