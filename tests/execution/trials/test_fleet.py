from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.execution.trials.fleet import RunFleet, prepare_fleet, write_order
from bench.model.plan import Fleet

REMOTE = Fleet(local=1, remote=2, host="10.0.0.1", port=5557)


def test_a_run_draws_a_token_of_its_own() -> None:
    one, other = prepare_fleet(REMOTE, {}), prepare_fleet(REMOTE, {})
    assert one.token != other.token
    assert len(one.token) == 32
    assert one.invitation() == f"PAIRBENCH_TOKEN={one.token} bench worker --master 10.0.0.1:5557"


def test_a_token_that_was_given_is_not_repeated() -> None:
    fleet = prepare_fleet(REMOTE, {"PAIRBENCH_TOKEN": " the token of mine "})
    assert fleet.token == "the token of mine"
    assert fleet.token not in fleet.invitation()
    assert fleet.token not in repr(fleet)


def test_a_short_token_is_refused() -> None:
    with pytest.raises(UsageError, match="5 characters"):
        prepare_fleet(REMOTE, {"PAIRBENCH_TOKEN": "short"})


@pytest.mark.parametrize(
    ("host", "shown"), [("0.0.0.0", "HOST:7"), ("::", "HOST:7"), ("fd00::1", "[fd00::1]:7")]
)
def test_workers_are_invited_to_an_address_that_can_be_typed(host: str, shown: str) -> None:
    plan = Fleet(remote=1, host=host, port=7)
    assert prepare_fleet(plan, {}).invitation().endswith(f"--master {shown}")


def test_the_masters_order_names_variables_and_holds_no_token(tmp_path: Path) -> None:
    fleet = RunFleet(REMOTE, "the token of mine", token_was_given=True)
    text = write_order(fleet, tmp_path, {"STRATUM_SIZE": "1", "DATABASE_URL": "x"}).read_text()
    order = json.loads(text)
    assert order["workers"] == 3
    assert order["variables"] == ["DATABASE_URL", "STRATUM_SIZE"]
    assert fleet.token not in text


def test_workers_elsewhere_get_more_time_than_those_here() -> None:
    assert prepare_fleet(REMOTE, {}).join_within_s > prepare_fleet(Fleet(local=3), {}).join_within_s
