from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from bench.load.distributed.line_file import LineFile
from bench.load.distributed.relays import EventRelay, LineRelay
from bench.load.failure import DriverFailure


def test_what_was_written_is_read_back_from_a_byte_on(tmp_path: Path) -> None:
    with closing(LineFile(tmp_path / "lines")) as file:
        file.append(b"one\n")
        begins_at = file.size
        file.append(b"two\nthree\n")
        assert file.read(begins_at) == b"two\nthree\n"


def test_a_file_that_cannot_be_written_is_a_storage_failure(tmp_path: Path) -> None:
    with pytest.raises(DriverFailure) as failure:
        LineFile(tmp_path / "no" / "folder")
    assert failure.value.kind == "storage"


def test_lines_are_spooled_and_sent_as_the_same_bytes(tmp_path: Path) -> None:
    sent: list[bytes] = []
    path = tmp_path / "slices.jsonl"
    with closing(LineFile(path)) as spool:
        relay = LineRelay(spool, 3, lambda kind, data: sent.append(data["text"]))
        relay.append([{"type": "generator", "slice": 0}])
        relay.begin_step()
        relay.append([{"type": "requests", "requests": 5}, {"type": "requests", "requests": 6}])
        relay.append([])
        audit = relay.audit_step()
    assert b"".join(sent) == path.read_bytes()
    assert path.read_bytes().count(b'"worker":3') == 3
    assert (audit["lines"], audit["requests"]) == (2, 11)


def test_the_master_hears_how_late_a_step_began_and_all_else_as_it_is() -> None:
    told: list[tuple[str, dict[str, object]]] = []
    relay = EventRelay(lambda kind, data: told.append((kind, data)))
    relay.say("started", step=0, t_s=0.0)
    relay.say_now("drained", step=0, censored=2)
    (began, lateness), (drained, data) = told
    assert (began, drained) == ("begun", "drained")
    assert float(str(lateness["late_s"])) > 0
    assert data["censored"] == 2
