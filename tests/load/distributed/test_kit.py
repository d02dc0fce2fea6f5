from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.load.distributed.kit import pack_kit, share, share_kit, unpack_kit
from bench.load.failure import DriverFailure


def write_config(folder: Path, **fields: object) -> Path:
    path = folder / "config.json"
    path.write_text(json.dumps({"host": "http://127.0.0.1:80", "flow": [{"path": "/"}]} | fields))
    return path


@given(total=st.integers(0, 10_000), workers=st.integers(1, 64))
def test_shares_add_up_and_differ_by_one_at_most(total: int, workers: int) -> None:
    shares = [share(total, index, workers) for index in range(workers)]
    assert sum(shares) == total
    assert max(shares) - min(shares) <= 1


def test_a_kit_carries_only_the_variables_that_are_named(tmp_path: Path) -> None:
    environment = {"STRATUM_SIZE": "3", "HOME": "/somewhere"}
    kit = pack_kit(write_config(tmp_path), ("STRATUM_SIZE", "DATABASE_URL"), environment)
    assert kit["environment"] == {"STRATUM_SIZE": "3"}


def test_only_the_first_worker_calls_the_bystanders_route(tmp_path: Path) -> None:
    config = write_config(tmp_path, bystander={"rate": 5.0, "path": "/"}, max_users=5)
    kit = pack_kit(config, (), {})
    first, second = (unpack_kit(share_kit(kit, index, 2), tmp_path) for index in range(2))
    assert first.bystander is not None
    assert second.bystander is None
    assert (first.max_users, second.max_users) == (3, 2)


def test_a_scenario_travels_as_its_source(tmp_path: Path) -> None:
    own, elsewhere = tmp_path / "own", tmp_path / "elsewhere"
    own.mkdir()
    elsewhere.mkdir()
    scenario = own / "users.py"
    scenario.write_text("x = 1\n")
    kit = pack_kit(write_config(own, flow=[], scenario=str(scenario)), (), {})
    assert unpack_kit(kit, elsewhere).scenario == scenario  # the same file lies where it lay
    scenario.write_text("x = 2\n")
    copy = unpack_kit(kit, elsewhere).scenario
    assert copy == elsewhere / "users.py"
    assert copy.read_text() == "x = 1\n"


def test_a_scenario_that_was_changed_on_its_way_is_refused(tmp_path: Path) -> None:
    scenario = tmp_path / "users.py"
    scenario.write_text("x = 1\n")
    kit = pack_kit(write_config(tmp_path, flow=[], scenario=str(scenario)), (), {})
    kit["scenario"]["source"] = "x = 3\n"
    with pytest.raises(DriverFailure, match="changed on its way"):
        unpack_kit(kit, tmp_path)


def test_a_scenario_that_is_not_there_is_the_scenarios_fault(tmp_path: Path) -> None:
    config = write_config(tmp_path, flow=[], scenario=str(tmp_path / "gone.py"))
    with pytest.raises(DriverFailure, match=r"gone\.py") as failure:
        pack_kit(config, (), {})
    assert failure.value.kind == "scenario"
