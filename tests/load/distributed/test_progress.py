from __future__ import annotations

from typing import Any

from bench.load.distributed.progress import FleetProgress


def report(**fields: object) -> dict[str, Any]:
    some = {"t_s": 1.0, "completed": 10, "throughput_per_s": 20.0, "p99_s": 0.1}
    return some | {"errors": 0, "in_flight": 2} | fields


def test_one_report_is_due_when_every_worker_has_given_its_part() -> None:
    progress = FleetProgress()
    progress.note(0, report(t_s=1.0, p99_s=0.3, errors=1, outcomes={"timeout": 1}))
    assert progress.take({0, 1}) is None
    progress.note(1, report(t_s=1.1, p99_s=0.2, errors=2, completed=5, outcomes={"timeout": 2}))
    assert progress.take({0, 1}) == {
        "t_s": 1.1,
        "completed": 15,
        "throughput_per_s": 40.0,
        "p99_s": 0.3,
        "errors": 3,
        "outcomes": {"timeout": 3},
        "in_flight": 4,
        "streams": None,
    }
    assert progress.take({0, 1}) is None


def test_open_streams_of_all_workers_are_added_up() -> None:
    progress = FleetProgress()
    for worker, streams in enumerate((300, None, 200)):
        progress.note(worker, report(streams=streams))
    merged = progress.take({0, 1, 2})
    assert merged is not None
    assert merged["streams"] == 500


def test_errors_are_those_since_the_last_report() -> None:
    progress = FleetProgress()
    for errors in (1, 2):
        progress.note(0, report(errors=errors))
    first = progress.take({0})
    progress.note(0, report(errors=4))
    second = progress.take({0})
    assert first is not None
    assert second is not None
    assert (first["errors"], second["errors"]) == (3, 4)


def test_what_a_lost_worker_had_completed_stays_completed() -> None:
    progress = FleetProgress()
    for worker in (0, 1):
        progress.note(worker, report())
    progress.take({0, 1})
    progress.note(0, report(completed=30))
    merged = progress.take({0})
    assert merged is not None
    assert merged["completed"] == 40
    assert merged["in_flight"] == 2


def test_workers_without_answers_have_no_p99() -> None:
    progress = FleetProgress()
    progress.note(0, report(p99_s=None))
    merged = progress.take({0})
    assert merged is not None
    assert merged["p99_s"] is None
    assert progress.take(set()) is None
