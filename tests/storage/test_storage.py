from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from bench.errors import ExperimentFileError, StorageError
from bench.model.answers import Answer
from bench.model.reading import Observation
from bench.storage import library
from bench.storage.atomic import write_atomically
from bench.storage.evidence import read_answers, read_evidence, write_answers
from bench.storage.guarding import reading_from, storing_in
from bench.storage.lines import append_lines, read_lines, read_tolerantly

OBSERVATION: TypeAdapter[Observation] = TypeAdapter(Observation)


def observation(value: float) -> Observation:
    return Observation(t_s=1.0, name="lag", value=value, unit="s")


def fail(number: int) -> Callable[[], None]:
    def raising() -> None:
        raise OSError(number, os.strerror(number))

    return raising


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "trial.json"
    write_atomically(path, "first")
    write_atomically(path, "second")
    assert path.read_text() == "second"
    assert [each.name for each in tmp_path.iterdir()] == ["trial.json"]


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "trial.json"
    write_atomically(path, "first")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "torn \ud800")
    assert path.read_text() == "first"
    assert [each.name for each in tmp_path.iterdir()] == ["trial.json"]


def test_a_full_disk_is_named_with_what_to_do() -> None:
    with (
        pytest.raises(StorageError, match="No space left") as caught,
        storing_in(Path("/results")),
    ):
        fail(errno.ENOSPC)()
    assert "--resume" in caught.value.hint


def test_a_forbidden_folder_is_named_with_what_to_do() -> None:
    with pytest.raises(StorageError) as caught, storing_in(Path("/results")):
        fail(errno.EACCES)()
    assert "--results" in caught.value.hint


def test_other_failures_to_write_name_the_path() -> None:
    with pytest.raises(StorageError, match="/results") as caught, storing_in(Path("/results")):
        fail(errno.EIO)()
    assert caught.value.hint == ""


def test_text_in_another_encoding_is_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"title = '\xff'")
    with pytest.raises(StorageError, match="not UTF-8"), reading_from(path):
        path.read_text(encoding="utf-8")


def test_lines_come_back_as_they_were_appended(tmp_path: Path) -> None:
    path = tmp_path / "observations.jsonl"
    append_lines(path, [observation(1), observation(2)])
    append_lines(path, [observation(3)])
    assert [line.value for line in read_lines(path, OBSERVATION)] == [1, 2, 3]


def test_a_file_that_is_not_there_has_no_lines(tmp_path: Path) -> None:
    assert read_lines(tmp_path / "x", OBSERVATION) == []
    assert read_tolerantly(tmp_path / "x", OBSERVATION) == ([], 0)


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "observations.jsonl"
    append_lines(path, [observation(1)])
    with path.open("a") as file:
        file.write('{"t_s": 1.0, "na')
    assert len(read_lines(path, OBSERVATION)) == 1


def test_a_broken_line_is_named_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "observations.jsonl"
    append_lines(path, [observation(1)])
    with path.open("a") as file:
        file.write("nonsense\n")
    with pytest.raises(StorageError, match="line 2"):
        read_lines(path, OBSERVATION)


def test_broken_lines_of_a_target_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "observations.jsonl"
    path.write_text('nonsense\n{"t_s": 1, "name": "lag", "value": 2, "unit": "s"}\n{}\n')
    lines, unreadable = read_tolerantly(path, OBSERVATION)
    assert (len(lines), unreadable) == (1, 2)


def test_the_evidence_of_a_trial_may_be_partly_missing(tmp_path: Path) -> None:
    evidence = read_evidence(tmp_path)
    assert (evidence.slices, evidence.readings, evidence.observations) == ([], [], [])


def test_answers_are_kept_for_later_trials(tmp_path: Path) -> None:
    answer = Answer(
        method="GET",
        path="/",
        name="GET /",
        status=200,
        headers=(("content-type", "text/plain"),),
        body_base64="aGk=",
        error=None,
        service_s=0.1,
    )
    assert read_answers(tmp_path) is None
    write_answers(tmp_path, (answer,))
    assert read_answers(tmp_path) == (answer,)


def test_installed_experiments_are_found_beside_the_package_wherever_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "mine.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    found = library.find_built_in()
    assert "mine" not in found
    assert "suite" not in found
    assert all(path.is_absolute() for path in found.values())


def test_an_experiment_file_is_read_as_text(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("title = 'x'")
    assert library.read_text(tmp_path / "x.toml") == "title = 'x'"


def test_a_file_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="can't be read"), reading_from(tmp_path):
        tmp_path.read_text()


def test_a_file_that_is_not_there_is_an_error_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ExperimentFileError, match="There is no file"):
        library.read_text(tmp_path / "x.toml")


@pytest.mark.parametrize(
    ("given", "is_file"), [("shop.toml", True), ("./shop", True), ("io-concurrency", False)]
)
def test_files_are_told_from_names(given: str, is_file: bool) -> None:
    assert library.is_file_name(given) is is_file
