"""Gates that measure: large effects in small windows, each with the verdict that it deserves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bench.model.gate import GateRow, GateVerdict

MakeClone = Callable[..., Any]

_WORK = "sum(range(200_000))"
_FAILING = """
    global asked
    asked += 1
    if asked > 20 and asked % 5 == 0:
        raise KeyError("sold out")
"""


def rows_by_quantity(done: Any) -> dict[str, GateRow]:
    return {row.quantity: row for row in done.report.rows}


def fail_now_and_then(service: str) -> str:
    """Fail some of the requests, and none of the few before load."""
    head = "async def home() -> dict[str, int]:\n"
    return "asked = 0\n" + service.replace(head, head + _FAILING)


def test_a_candidate_that_takes_twice_the_cpu_is_a_regression(
    make_clone: MakeClone, service: str
) -> None:
    repository = make_clone({"shop.py": service.replace(_WORK, f"max({_WORK}, {_WORK})")})
    done = repository.gate("--json", "--budget", "10m")
    assert done.exit_code == 1, done.stderr
    assert done.report.verdict is GateVerdict.REGRESSION
    assert (done.report.baseline.is_proven, done.report.candidate.is_proven) == (True, True)
    rows = rows_by_quantity(done)
    assert rows["cpu"].verdict is GateVerdict.REGRESSION
    assert rows["cpu"].worsening > 0.4
    assert rows["errors"].verdict is GateVerdict.PASS


def test_a_candidate_that_is_no_worse_passes(make_clone: MakeClone) -> None:
    done = make_clone({}).gate("--json", "--budget", "10m")
    assert done.exit_code == 0, done.stderr
    assert done.report.verdict is GateVerdict.PASS
    row = rows_by_quantity(done)["cpu"]
    assert row.verdict is GateVerdict.PASS
    assert row.n >= 7


def test_errors_that_only_the_candidate_has_are_a_regression(
    make_clone: MakeClone, service: str
) -> None:
    done = make_clone({"shop.py": fail_now_and_then(service)}).gate("--json")
    assert done.exit_code == 1, done.stderr
    row = rows_by_quantity(done)["errors"]
    assert row.verdict is GateVerdict.REGRESSION
    assert row.baseline == 0
    assert row.candidate > 0
    assert "of the candidate alone" in done.report.because


@pytest.mark.slow
def test_errors_on_both_sides_say_nothing_of_the_candidate(
    make_clone: MakeClone, service: str
) -> None:
    repository = make_clone({}, main={"shop.py": fail_now_and_then(service)})
    done = repository.gate("--json", "--budget", "20s")
    assert done.exit_code == 3, done.stderr
    assert done.report.verdict is GateVerdict.INVALID
    assert rows_by_quantity(done)["errors"].verdict is GateVerdict.INVALID
    assert "on both sides" in rows_by_quantity(done)["errors"].because


@pytest.mark.slow
def test_a_bystander_that_only_the_candidate_stalls_is_a_regression(
    make_clone: MakeClone, service: str, gate_file: str
) -> None:
    """Both take as long and as much for a request: only who waits beside it feels it."""
    waiting = "import asyncio\nimport time\n" + service.replace(
        "return {", "await asyncio.sleep(0.05)\n    return {", 1
    )
    watched = gate_file.replace(
        "users = [4]", 'users = [1]\nbystander = { rate = 20, path = "/ping" }'
    ).replace('["cpu"]', '["bystander"]')
    repository = make_clone(
        {"shop.py": waiting.replace("await asyncio.sleep", "time.sleep")},
        main={"shop.py": waiting, "bench.toml": watched},
    )
    done = repository.gate("--json", "--budget", "10m")
    assert done.exit_code == 1, done.stderr
    assert rows_by_quantity(done)["bystander"].verdict is GateVerdict.REGRESSION
