from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.errors import SchemaVersionError, StorageError, UnknownNameError
from bench.model.arm import ARMS
from bench.model.environment import Environment
from bench.model.experiment import Experiment
from bench.model.plan import Placement, PlannedTrial
from bench.model.run import SCHEMA_VERSION, RunRecord
from bench.model.trial import MeasuredTrial, TrialRecord
from bench.planning.options import PlanOptions
from bench.planning.planning import make_plan
from bench.storage.packing import pack_run
from bench.storage.reading_runs import find_run, find_trial, list_runs, read_run
from bench.storage.run_folder import RunFolder, arm_folder, remove_run

Build = Callable[..., Experiment]

ENVIRONMENT = Environment(
    fingerprint="f",
    identity={},
    system="Linux",
    kernel="6",
    cpu_model="cpu",
    cores=2,
    usable_cores=(0, 1),
    memory_bytes=1,
    governor=None,
    hypervisor=None,
    cgroup_cpu_quota=None,
    cgroup_memory_bytes=None,
    open_files_limit=1024,
    processes_limit=None,
    ephemeral_ports=None,
    stack_limit_bytes=None,
    sched_autogroup=None,
    transparent_huge_pages=None,
    steal_ratio=None,
    load_1min=None,
    python="3.11",
    packages={},
    missing=(),
)


@pytest.fixture
def record(build_experiment: Build) -> RunRecord:
    plan = make_plan("x", [build_experiment(repetitions=2)], PlanOptions())
    return RunRecord(
        schema_version=SCHEMA_VERSION,
        run_id="20260101T000000Z-x",
        pairbench="0.1",
        argv=("run", "x"),
        started_at="2026-01-01T00:00:00+00:00",
        attempt=1,
        git_commit=None,
        git_dirty=None,
        environment=ENVIRONMENT,
        plan=plan,
    )


def trial_record(trial: PlannedTrial) -> TrialRecord:
    return TrialRecord(
        schema_version=SCHEMA_VERSION,
        trial=MeasuredTrial(
            number=trial.number,
            experiment=trial.experiment,
            variant=trial.variant,
            stratum=trial.stratum,
            repetition=trial.repetition,
            seed=trial.seed,
            started_at="",
            finished_at="",
            command=("x",),
            placement=Placement(),
            host="127.0.0.1",
            port=1,
            ready_after_s=0.1,
            service_time_s=None,
            steps=(),
        ),
        steps=(),
    )


def test_a_run_comes_back_as_it_was_written(tmp_path: Path, record: RunRecord) -> None:
    folder = RunFolder.create(tmp_path / "results", record)
    run = read_run(folder.path)
    assert run.record == record
    assert run.trials == ()
    assert run.unfinished == (1, 2, 3, 4)


def test_a_trial_counts_from_when_its_record_is_there(tmp_path: Path, record: RunRecord) -> None:
    folder = RunFolder.create(tmp_path, record)
    whole, torn = record.plan.trials[0], record.plan.trials[1]
    folder.begin_trial(whole)
    folder.finish_trial(whole.folder_name, trial_record(whole))
    (folder.begin_trial(torn) / "slices.jsonl").write_text("{}\n")
    run = read_run(folder.path)
    assert [each.trial.number for each in run.trials] == [1]
    assert run.unfinished == (2, 3, 4)


def test_a_packed_run_comes_back_as_it_was_written(tmp_path: Path, record: RunRecord) -> None:
    folder = RunFolder.create(tmp_path, record)
    for planned in record.plan.trials:
        folder.begin_trial(planned)
        folder.finish_trial(planned.folder_name, trial_record(planned))
    before = read_run(folder.path)
    pack_run(folder.path)
    assert not list(folder.path.rglob("trial.json"))
    assert read_run(folder.path) == before
    assert all(folder.has_trial(planned.folder_name) for planned in record.plan.trials)


def test_the_folder_of_a_trial_is_found_by_its_number(tmp_path: Path, record: RunRecord) -> None:
    folder = RunFolder.create(tmp_path, record)
    planned = record.plan.trials[1]
    begun = folder.begin_trial(planned)
    assert not folder.has_trial(planned.folder_name)
    (begun / "trial.json").write_text("{}")
    assert folder.has_trial(planned.folder_name)
    (begun / "trial.json").unlink()
    assert find_trial(read_run(folder.path), planned.number).resolve() == begun.resolve()


def test_what_an_unfinished_attempt_left_is_removed(tmp_path: Path, record: RunRecord) -> None:
    folder = RunFolder.create(tmp_path, record)
    trial = record.plan.trials[0]
    (folder.begin_trial(trial) / "slices.jsonl").write_text("old\n")
    assert list(folder.begin_trial(trial).iterdir()) == []


def test_attempts_that_are_set_aside_are_kept_and_do_not_count(
    tmp_path: Path, record: RunRecord
) -> None:
    folder = RunFolder.create(tmp_path, record)
    trial = record.plan.trials[0]
    for attempt in ("first", "second"):
        (folder.begin_trial(trial) / "slices.jsonl").write_text(attempt)
        folder.set_aside(trial.folder_name, trial_record(trial))
    aside = folder.path / "set-aside"
    kept = [aside / f"{trial.folder_name}-{number}" for number in (1, 2)]
    assert sorted(aside.iterdir()) == kept
    assert [(each / "slices.jsonl").read_text() for each in kept] == ["first", "second"]
    assert all((each / "trial.json").exists() for each in kept)
    assert read_run(folder.path).trials == ()


def test_a_duet_has_one_folder_with_one_for_each_arm(tmp_path: Path, record: RunRecord) -> None:
    folder = RunFolder.create(tmp_path, record)
    duet = record.plan.trials[0].model_copy(update={"mode": "duet", "baseline": "threads"})
    begun = folder.begin_trial(duet)
    assert begun.name == "001-waiting-duet"
    assert {each.name for each in begun.iterdir()} == {"base", "cand"}
    (arm_folder(begun, "candidate") / "slices.jsonl").write_text("old\n")
    again = folder.begin_trial(duet)
    assert [*arm_folder(again, "baseline").iterdir(), *(again / "cand").iterdir()] == []
    assert arm_folder(again, None) == again


def test_targets_that_are_tried_out_have_folders_of_their_own(
    tmp_path: Path, record: RunRecord
) -> None:
    folder = RunFolder.create(tmp_path, record)
    tried = [folder.tried_path("shop-api", arm) for arm in ("baseline", "candidate", "baseline")]
    assert len({len(str(path)) for path in tried}) == 1
    assert len(set(tried)) == 3
    assert all(path.is_dir() and path.is_absolute() for path in tried)


def test_a_duet_comes_back_with_both_arms(tmp_path: Path, record: RunRecord) -> None:
    folder = RunFolder.create(tmp_path, record)
    duet = record.plan.trials[0].model_copy(update={"mode": "duet", "baseline": "threads"})
    alone = trial_record(duet)
    baseline, candidate = (
        alone.trial.model_copy(update={"mode": "duet", "arm": arm}) for arm in ARMS
    )
    whole = alone.model_copy(update={"trial": baseline, "candidate": candidate})
    folder.begin_trial(duet)
    folder.finish_trial(duet.folder_name, whole)
    planned = record.plan.model_copy(update={"trials": (duet,)})
    folder.write_record(record.model_copy(update={"plan": planned}))
    (read,) = read_run(folder.path).trials
    assert read == whole
    assert [arm.arm for arm in read.arms] == ["baseline", "candidate"]


def test_services_have_a_folder_for_their_logs(tmp_path: Path, record: RunRecord) -> None:
    folder = RunFolder.create(tmp_path, record)
    logs = folder.services_path("database")
    assert logs.is_absolute()
    assert logs == folder.services_path("database")
    assert logs.is_dir()


def test_a_run_that_is_being_measured_is_nobody_elses(tmp_path: Path, record: RunRecord) -> None:
    folder = RunFolder.create(tmp_path, record)
    with pytest.raises(StorageError, match="being measured"):
        RunFolder(folder.path).claim()
    with pytest.raises(StorageError, match="being measured"):
        remove_run(folder.path)
    assert read_run(folder.path).record == record


def test_a_run_is_never_written_over_another(tmp_path: Path, record: RunRecord) -> None:
    RunFolder.create(tmp_path, record)
    with pytest.raises(StorageError, match="is there already"):
        RunFolder.create(tmp_path, record)


def test_a_place_that_can_not_be_written_is_named(tmp_path: Path, record: RunRecord) -> None:
    (tmp_path / "results").write_text("a file")
    with pytest.raises(StorageError, match="results"):
        RunFolder.create(tmp_path / "results", record)


def test_where_there_is_no_run_the_latest_is_none(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="There is no run in") as raised:
        find_run("latest", tmp_path)
    assert "bench run" in raised.value.hint


def test_runs_are_found_by_path_id_and_as_the_latest(tmp_path: Path, record: RunRecord) -> None:
    first = RunFolder.create(tmp_path, record)
    later = record.model_copy(update={"run_id": "20260102T000000Z-x"})
    second = RunFolder.create(tmp_path, later)
    assert find_run(str(first.path), tmp_path) == first.path
    assert find_run(record.run_id, tmp_path) == first.path
    assert find_run("latest", tmp_path) == second.path
    assert list_runs(tmp_path) == [first.path, second.path]


def test_a_run_that_is_not_there_is_named_with_the_nearest(
    tmp_path: Path, record: RunRecord
) -> None:
    RunFolder.create(tmp_path, record)
    with pytest.raises(UnknownNameError) as caught:
        find_run("20260101T000000Z-y", tmp_path)
    assert record.run_id in caught.value.hint


def test_a_folder_that_is_no_run_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no run folder"):
        find_run(str(tmp_path), tmp_path)
    with pytest.raises(StorageError, match="no run folder"):
        remove_run(tmp_path)
    assert list_runs(tmp_path / "nowhere") == []


def test_another_schema_version_is_named_with_ours(tmp_path: Path, record: RunRecord) -> None:
    folder = RunFolder.create(tmp_path, record)
    path = folder.path / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema_version": 99}))
    with pytest.raises(SchemaVersionError, match=rf"99.*reads {SCHEMA_VERSION}"):
        read_run(folder.path)


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_a_run_file_that_is_none_is_no_traceback(
    tmp_path: Path, record: RunRecord, text: str
) -> None:
    folder = RunFolder.create(tmp_path, record)
    (folder.path / "run.json").write_text(text)
    with pytest.raises(StorageError, match=r"not JSON|no record of pairbench"):
        read_run(folder.path)


def test_a_run_file_with_a_wrong_field_names_it(tmp_path: Path, record: RunRecord) -> None:
    folder = RunFolder.create(tmp_path, record)
    path = folder.path / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"attempt": "often"}))
    with pytest.raises(StorageError, match="attempt"):
        read_run(folder.path)


def test_a_deleted_run_is_gone(tmp_path: Path, record: RunRecord) -> None:
    folder = RunFolder.create(tmp_path, record)
    folder.release()
    folder.release()
    remove_run(folder.path)
    assert list_runs(tmp_path) == []
