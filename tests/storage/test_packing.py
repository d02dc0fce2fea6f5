from __future__ import annotations

import lzma
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from bench.errors import StorageError
from bench.model.answers import Answer
from bench.model.reading import Observation
from bench.storage.evidence import read_answers, read_evidence, write_answers
from bench.storage.lines import append_lines, read_lines
from bench.storage.packed import open_text
from bench.storage.packing import pack_run, refuse_unfinished

OBSERVED = [Observation(t_s=float(number), name="jobs", value=3, unit="") for number in range(200)]
ANSWER = Answer(
    method="GET",
    path="/",
    name="/",
    status=200,
    headers=(),
    body_base64="",
    error=None,
    service_s=0.1,
)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    trial = tmp_path / "trials" / "001-shop-async" / "base"
    trial.mkdir(parents=True)
    append_lines(trial / "observations.jsonl", OBSERVED)
    write_answers(trial, (ANSWER,))
    (trial / "target.log").write_text("started\n" * 100)
    (trial.parent / "trial.json").write_text("{}")
    services = tmp_path / "services" / "shop"
    services.mkdir(parents=True)
    (services / "postgres.log").write_text("ready\n")
    return tmp_path


def test_what_is_packed_is_read_as_before(run: Path) -> None:
    trial = run / "trials" / "001-shop-async" / "base"

    before, after = pack_run(run)

    assert after < before / 5
    assert sorted(path.name for path in trial.iterdir()) == [
        "answers.json.xz",
        "observations.jsonl.xz",
        "target.log.xz",
    ]
    assert (run / "services" / "shop" / "postgres.log.xz").exists()
    assert read_evidence(trial).observations == OBSERVED
    assert read_lines(trial / "observations.jsonl", TypeAdapter(Observation)) == OBSERVED
    assert read_answers(trial) == (ANSWER,)
    with open_text(trial / "target.log") as file:
        assert file.readline() == "started\n"


def test_what_says_which_run_it_is_stays_as_it_is(run: Path) -> None:
    (run / "run.json").write_text("{}")

    pack_run(run)

    assert (run / "run.json").read_text() == "{}"


def test_a_file_that_was_damaged_after_packing_is_said_so(run: Path) -> None:
    pack_run(run)
    packed = run / "trials" / "001-shop-async" / "base" / "observations.jsonl.xz"

    for damaged in (packed.read_bytes()[:-20], b"nothing of the kind"):
        packed.write_bytes(damaged)
        with pytest.raises(StorageError, match="can't be unpacked"):
            read_evidence(packed.parent)


def test_attempts_that_were_set_aside_are_packed_as_well(run: Path) -> None:
    aside = run / "set-aside" / "001-shop-async-1"
    aside.mkdir(parents=True)
    append_lines(aside / "observations.jsonl", OBSERVED)

    pack_run(run)

    assert [path.name for path in aside.iterdir()] == ["observations.jsonl.xz"]


def test_packing_twice_changes_nothing(run: Path) -> None:
    pack_run(run)

    assert pack_run(run) == (0, 0)


def test_what_was_not_packed_goes_before_what_was(tmp_path: Path) -> None:
    (tmp_path / "target.log.xz").write_bytes(lzma.compress(b"old"))
    (tmp_path / "target.log").write_text("new")

    with open_text(tmp_path / "target.log") as file:
        assert file.read() == "new"


def test_an_empty_folder_has_nothing_to_pack(tmp_path: Path) -> None:
    assert pack_run(tmp_path) == (0, 0)
    with pytest.raises(FileNotFoundError):
        open_text(tmp_path / "target.log")


def test_a_run_that_could_be_resumed_is_not_packed(tmp_path: Path) -> None:
    refuse_unfinished(0, tmp_path)
    with pytest.raises(StorageError, match="lacks 3 trials"):
        refuse_unfinished(3, tmp_path)


def test_a_full_disk_is_said(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(content: bytes) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lzma, "compress", fail)

    with pytest.raises(StorageError):
        pack_run(run)

    assert (run / "trials" / "001-shop-async" / "base" / "target.log").exists()
