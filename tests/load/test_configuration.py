from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench.load.configuration import DriverEnvironment, LoadConfig
from bench.load.failure import DriverFailure


def write(folder: Path, **fields: Any) -> Path:
    path = folder / "config.json"
    path.write_text(json.dumps({"host": "http://127.0.0.1:1", "flow": [{"path": "/"}], **fields}))
    return path


def test_what_the_harness_writes_is_read(tmp_path: Path) -> None:
    config = LoadConfig.read(
        write(
            tmp_path,
            scenario=None,
            flow=[
                {
                    "path": "/a",
                    "method": "POST",
                    "name": None,
                    "headers": {},
                    "json": {"x": 1},
                    "body": None,
                    "think": 0.5,
                    "status": 201,
                }
            ],
            connections="close",
            bystander={"rate": 20.0, "path": "/ping"},
            arrivals="poisson",
            timeout_s=5.0,
            max_users=7,
        )
    )
    assert config.flow[0].json == {"x": 1}
    assert config.bystander is not None
    assert config.bystander.rate == 20.0
    assert (config.connections, config.arrivals, config.max_users) == ("close", "poisson", 7)


@pytest.mark.parametrize(
    ("fields", "seen"),
    [
        ({"flow": []}, "not exactly one"),
        ({"scenario": "/x.py"}, "not exactly one"),
        ({"connections": "reuse"}, "'reuse'"),
        ({"arrivals": "odd"}, "'odd'"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"max_users": 0}, "max_users"),
        ({"bystander": {"rate": 0, "path": "/"}}, "bystander.rate"),
        ({"bystander": {"path": "/"}}, "rate"),
        ({"user": 3}, "user"),
    ],
)
def test_what_cannot_be_is_refused_with_the_value(
    tmp_path: Path, fields: dict[str, Any], seen: str
) -> None:
    with pytest.raises(DriverFailure, match=seen):
        LoadConfig.read(write(tmp_path, **fields))


def test_a_file_that_is_no_json_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text("{")
    with pytest.raises(DriverFailure, match=r"config\.json"):
        LoadConfig.read(path)


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(DriverFailure, match="PAIRBENCH_SLICES"):
        DriverEnvironment.read({"PAIRBENCH_CONTROL_FD": "3"})
