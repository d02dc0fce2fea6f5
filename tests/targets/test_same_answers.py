"""The variants of each built-in experiment, started for real, answer alike."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from contextlib import AbstractContextManager
from hashlib import md5
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from bench.model.experiment import ExperimentFile
from bench.model.variant import Variant

SCENARIOS = Path(__file__).parents[2] / "scenarios"
IDS = (1, 9973, 4057, 10000)

StartTarget = Callable[[Variant, dict[str, str]], AbstractContextManager[int]]
Answer = tuple[int, str | None, bytes]
"""Status, content type and body."""


def answers(
    start_target: StartTarget, experiment: str, env: dict[str, str], paths: tuple[str, ...]
) -> list[Answer]:
    """Ask every variant for the paths and the ping, check that all agree, return the answers."""
    file = ExperimentFile.model_validate(
        tomllib.loads((SCENARIOS / f"{experiment}.toml").read_text())
    )
    of: dict[str, list[Answer]] = {}
    for name, variant in file.variants.items():
        with start_target(variant, env) as port:
            connection = HTTPConnection("127.0.0.1", port, timeout=30)
            of[name] = [ask(connection, path) for path in ("/ping", *paths)]
            connection.close()
    first, *others = of
    assert {name: of[name] for name in others} == dict.fromkeys(others, of[first])
    ping, *rest = of[first]
    assert ping == (200, "application/json", b'{"ping":"pong"}')
    return rest


def ask(connection: HTTPConnection, path: str) -> Answer:
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.headers["content-type"], answer.read()


def test_io_concurrency_answers_200_bytes_of_json(start_target: StartTarget) -> None:
    [(status, content_type, body)] = answers(
        start_target, "io-concurrency", {"STRATUM_WAIT_MS": "5"}, ("/io",)
    )
    assert (status, content_type, len(body)) == (200, "application/json", 200)
    json.loads(body)


def test_blocking_call_passes_on_what_the_upstream_says(
    start_target: StartTarget, upstream_url: str
) -> None:
    with urlopen(f"{upstream_url}/wait/20") as said:
        expected = said.read()
    env = {"UPSTREAM_URL": upstream_url, "STRATUM_UPSTREAM_LATENCY_MS": "20"}
    got = answers(start_target, "blocking-call", env, ("/call",) * 2)
    assert got == [(200, "application/json", expected)] * 2


def test_loop_stall_says_that_it_is_done(start_target: StartTarget) -> None:
    got = answers(start_target, "loop-stall", {"STRATUM_SLEEP_MS": "5"}, ("/slow",))
    assert got == [(200, "application/json", b'{"done":true}')]


def test_database_looks_up_the_same_rows(start_target: StartTarget, database_url: str) -> None:
    env = {"DATABASE_URL": database_url, "STRATUM_QUERY": "lookup"}
    paths = tuple(f"/query?user_id={user_id}" for user_id in (*IDS, 10_001))
    *found, missing = answers(start_target, "database", env, paths)
    users: list[dict[str, Any]] = [json.loads(body) for _, _, body in found]
    assert [user["id"] for user in users] == list(IDS)
    assert users[0] == {
        "id": 1,
        "name": 'Üser "1"',
        "email": "user1@example.org",
        "bio": md5(b"1").hexdigest() * 4,
        "created_at": "2020-01-01T01:00:00+00:00",
    }
    assert missing[0] == 404


@pytest.mark.parametrize(("query", "waited_s"), [("wait", b"0.05"), ("long-wait", b"0.2")])
def test_database_waits_in_every_variant(
    start_target: StartTarget, database_url: str, query: str, waited_s: bytes
) -> None:
    env = {"DATABASE_URL": database_url, "STRATUM_QUERY": query}
    got = answers(start_target, "database", env, ("/query?user_id=1",))
    assert got == [(200, "application/json", b'{"waited_s": %s}' % waited_s)]


def test_database_lists_the_same_two_hundred_rows(
    start_target: StartTarget, database_url: str
) -> None:
    env = {"DATABASE_URL": database_url, "STRATUM_QUERY": "many"}
    [(status, _, body)] = answers(start_target, "database", env, ("/query?user_id=4057",))
    assert status == 200
    assert [user["id"] for user in json.loads(body)] == list(range(4057, 4257))


@pytest.fixture
def schema(database_url: str) -> str:
    """Make a schema of our own, in which user 1 has another name."""
    import psycopg

    with psycopg.connect(database_url) as connection:
        connection.execute("DROP SCHEMA IF EXISTS apart CASCADE")
        connection.execute("CREATE SCHEMA apart")
        connection.execute("CREATE TABLE apart.users AS SELECT * FROM public.users WHERE id = 1")
        connection.execute("UPDATE apart.users SET name = 'Apart'")
    return "apart"


def test_database_reads_the_schema_that_it_is_told(
    start_target: StartTarget, database_url: str, schema: str
) -> None:
    env = {
        "DATABASE_URL": f"{database_url}?sslmode=disable",
        "DATABASE_SCHEMA": schema,
        "STRATUM_QUERY": "lookup",
    }
    # Twice: a pool resets the session in between, and must come back to the schema.
    for _, _, body in answers(start_target, "database", env, ("/query?user_id=1",) * 2):
        assert json.loads(body)["name"] == "Apart"
