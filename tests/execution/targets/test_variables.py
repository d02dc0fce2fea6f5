from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bench.execution.targets.stratum_env import stratum_env, value_text, variable_name
from bench.execution.targets.variables import (
    child_environment,
    fill,
    fill_all,
    find_misspelt,
    hash_seed,
)


def test_only_known_placeholders_are_replaced() -> None:
    nginx = "events {} http { server { listen {host}:{port}; location / { return 200 '{}'; } } }"
    filled = fill(nginx, {"host": "127.0.0.1", "port": "8080"})
    assert filled == nginx.replace("{host}:{port}", "127.0.0.1:8080")


def test_what_was_filled_in_is_not_filled_again() -> None:
    assert fill("{folder}/{port}", {"folder": "/a/{port}", "port": "1"}) == "/a/{port}/1"


def test_names_are_taken_as_they_stand_and_not_as_patterns() -> None:
    assert fill_all(["{pool.size}", "{poolxsize}"], {"pool.size": "5"}) == ("5", "{poolxsize}")


def test_no_names_change_nothing() -> None:
    assert fill("{host}", {}) == "{host}"


def test_what_reads_almost_like_a_placeholder_is_found_and_other_braces_are_not() -> None:
    braces = "awk '{print}' {import} {report}"
    texts = ["--port={prot}", braces, "{} {x} {a b}", "{Host}:{PORT}", "{pool.sizes}"]
    assert find_misspelt(texts, ["host", "port", "pool.size"]) == {
        "{prot}": "{port}",
        "{Host}": "{host}",
        "{PORT}": "{port}",
        "{pool.sizes}": "{pool.size}",
    }


def test_a_stratum_becomes_variables_in_capitals() -> None:
    stratum = {"upstream-latency": "20ms", "pool.size": 15, "keep_alive": True, "share": 0.5}
    assert stratum_env(stratum) == {
        "STRATUM_UPSTREAM_LATENCY": "20ms",
        "STRATUM_POOL_SIZE": "15",
        "STRATUM_KEEP_ALIVE": "true",
        "STRATUM_SHARE": "0.5",
    }


def test_one_is_not_true() -> None:
    assert (value_text(1), value_text(True), variable_name("a-b")) == ("1", "true", "A_B")


@pytest.mark.parametrize(
    "name",
    [
        "OTEL_SERVICE_NAME",
        "FASTAPI_OTEL_AUTO_CONFIGURE",
        "GUNICORN_CMD_ARGS",
        "WEB_CONCURRENCY",
        "UVICORN_WORKERS",
        "PYTHONDONTWRITEBYTECODE",
        "PAIRBENCH_TREE",
    ],
)
def test_what_would_change_a_measurement_unseen_is_not_inherited(name: str) -> None:
    assert name not in child_environment({name: "1"})


def test_all_else_is_inherited() -> None:
    assert child_environment({"SHOP": "open", "MY_OTEL_X": "1"}).items() >= {
        ("SHOP", "open"),
        ("MY_OTEL_X", "1"),
    }


def test_programs_beside_the_interpreter_are_found_last() -> None:
    path = child_environment({"PATH": "/first"})["PATH"]
    assert path.split(os.pathsep) == ["/first", str(Path(sys.executable).parent)]


def test_a_hash_seed_has_32_bits() -> None:
    assert (hash_seed(7), hash_seed(2**32 + 7)) == ("7", "7")
