"""The variants of each built-in experiment, started for real, answer alike.

The harness checks this before each load, too; here it is checked without any load.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from bench.analysis.sameness import find_differences
from bench.model.answers import Answer
from bench.model.experiment import ExperimentFile
from bench.model.variant import Variant
from targets.validators.service import ACCEPTED, flat_record

SCENARIOS = Path(__file__).parents[2] / "scenarios"
StartTarget = Callable[[Variant, dict[str, str]], AbstractContextManager[int]]
Asked = tuple[str, str, bytes, dict[str, str]]
"""Method, path, body, headers."""

JSON = {"Content-Type": "application/json"}
SMALL = {
    "STRATUM_WAIT_MS": "5",
    "STRATUM_SLEEP_MS": "5",
    "STRATUM_UPSTREAM_LATENCY_MS": "5",
    "STRATUM_JOB_MS": "5",
    "STRATUM_ARGUMENT_KIB": "1",
    "STRATUM_FILE_KIB": "4",
}
"""Conditions that say how long something takes, or how large it is: small ones will do."""

ORDER = {
    "id": 1,
    "customer": "Ada",
    "lines": [{"product": 1, "name": "x", "amount": 1, "price": 1.5, "note": "y"}],
}
SCRIPTED: dict[str, list[Asked]] = {
    "large-json": [("POST", "/sum", b'[{"id": 1, "name": "x", "amount": 5}]', JSON)],
    "request-parsing": [("POST", "/orders", json.dumps(ORDER).encode(), JSON)],
    "validators": [("POST", "/records", b"", {})],
    "asgi-servers": [("GET", "/item", b"", {}), ("POST", "/item", b"x" * 10_240, {})],
    "server-stack": [("GET", "/item", b"", {}), ("POST", "/item", b"x" * 10_240, {})],
}
"""What the experiments with a scenario in Python ask, by name."""


ASKED_ELSEWHERE = ("io-concurrency", "blocking-call", "loop-stall", "database")
"""In `test_same_answers`, which looks at what they answer, too."""


def version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


def read(path: Path) -> ExperimentFile:
    return ExperimentFile.model_validate(tomllib.loads(path.read_text()))


def comparable() -> Iterator[Any]:
    for path in (*sorted(SCENARIOS.glob("*.toml")), SCENARIOS.parent / "bench.toml"):
        if path.name == "suite.toml":
            continue
        file = read(path)
        apps = any(variant.app is not None for variant in file.variants.values())
        asked = bool(file.flow) or path.stem in SCRIPTED
        here = f"{sys.version_info.major}.{sys.version_info.minor}"
        runs = file.needs.python is None or version(file.needs.python) <= version(here)
        if file.same.check and asked and apps and runs and path.stem not in ASKED_ELSEWHERE:
            yield pytest.param(path.stem, file, id=path.stem)


def requests_of(name: str, file: ExperimentFile) -> list[Asked]:
    if name in SCRIPTED:
        return [*SCRIPTED[name], ("GET", "/ping", b"", {})]
    asked = [
        (
            request.method,
            re.sub(r"\$\{\w+\}", "1", request.path),
            b"" if request.json_body is None else json.dumps(request.json_body).encode(),
            {} if request.json_body is None else JSON,
        )
        for request in file.flow
    ]
    bystander = file.load.bystander
    return [*asked, ("GET", bystander.path if bystander else "/ping", b"", {})]


def ask(port: int, asked: list[Asked]) -> list[Answer]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    answers = []
    for method, path, body, headers in asked:
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        answers.append(
            Answer(
                method=method,
                path=path,
                name=path,
                status=answer.status,
                headers=tuple(answer.getheaders()),
                body_base64=base64.b64encode(answer.read()).decode(),
                error=None,
                service_s=0.0,
            )
        )
    connection.close()
    return answers


@pytest.mark.parametrize(("name", "file"), list(comparable()))
def test_all_variants_answer_alike(
    name: str,
    file: ExperimentFile,
    start_target: StartTarget,
    upstream_url: str,
    request: pytest.FixtureRequest,
) -> None:
    env = {f"STRATUM_{key.upper()}": str(values[0]) for key, values in file.strata.items()}
    env |= {key: value for key, value in SMALL.items() if key in env}
    if "upstream" in file.services:
        env["UPSTREAM_URL"] = upstream_url
    if "postgres" in file.services:
        env["DATABASE_URL"] = request.getfixturevalue("database_url")
    asked = requests_of(name, file)
    first: list[Answer] | None = None
    for variant in file.variants.values():
        given = variant.model_copy(update={"ready": file.ready})
        with start_target(given, env | variant.env) as port:
            answers = ask(port, asked)
        expected = {request.status for request in file.flow} | {200}
        assert {answer.status for answer in answers} <= expected
        first = first or answers
        assert not find_differences(first, answers, file.same.ignore)


def test_bodies_that_are_no_orders_are_refused_by_all_that_validate(
    start_target: StartTarget,
) -> None:
    file = read(SCENARIOS / "request-parsing.toml")
    bad = [b"{}", b"not json", json.dumps(ORDER | {"lines": 3}).encode()]
    asked: list[Asked] = [("POST", "/orders", body, JSON) for body in bad]
    for name, variant in file.variants.items():
        given = variant.model_copy(update={"ready": file.ready})
        with start_target(given, {"STRATUM_BODY_KIB": "1"}) as port:
            statuses = [answer.status for answer in ask(port, asked)]
        validates = name not in ("discarded", "plain-dict")
        assert statuses == [422, 422, 422] if validates else 200 in statuses


def test_items_from_a_thread_are_those_from_the_loop(start_target: StartTarget) -> None:
    file = read(SCENARIOS / "response-writing.toml")
    asked = requests_of("response-writing", file)
    for variant in file.variants.values():
        given = variant.model_copy(update={"ready": file.ready})
        answers = []
        for handler in ("async", "def"):
            env = {"STRATUM_ITEMS": "10", "STRATUM_HANDLER": handler}
            with start_target(given, env) as port:
                answers.append(ask(port, asked))
        assert {answer.status for both in answers for answer in both} == {200}
        assert not find_differences(answers[0], answers[1], file.same.ignore)


def test_one_body_fits_the_models_of_all_validators_and_bad_ones_none(
    start_target: StartTarget,
) -> None:
    file = read(SCENARIOS / "validators.toml")
    body = module_of("validators").make_body()
    bad_name = body.replace('"name 3"', "3")
    bad_count = body.replace(":4,", ':"four",')
    bad_note = body.replace('"note_9":"nothing"', '"note_8":"nothing"')
    bad = ["{}", "[]", "not json", bad_name, bad_count, bad_note]
    asked: list[Asked] = [("POST", "/records", each.encode(), JSON) for each in (body, *bad)]
    asked.append(("POST", "/records", b"", {}))
    for variant in file.variants.values():
        given = variant.model_copy(update={"ready": file.ready})
        with start_target(given, {"STRATUM_PLACE": "route"}) as port:
            first, *others = ask(port, asked)
        assert (first.status, base64.b64decode(first.body_base64)) == (200, ACCEPTED)
        assert [answer.status for answer in others] == [422] * len(others)


def test_the_body_for_validators_is_a_kib_of_the_records_that_a_target_makes_itself() -> None:
    body = module_of("validators").make_body()
    record = json.loads(body)
    inner = record["inner"]
    assert flat_record().items() <= record.items()
    assert flat_record() == record["names"] | inner["counts"] | inner["notes"]
    assert len(body) == 1040


@pytest.mark.parametrize(("name", "size"), [("large_json", 1024 * 1024), ("request_parsing", 1024)])
def test_a_body_is_as_long_as_its_stratum_says(name: str, size: int) -> None:
    module = module_of(name)
    make = module.make_body if name == "large_json" else module.make_order
    assert 0.75 * size <= len(make(size)) <= 1.4 * size


def module_of(name: str) -> Any:
    """Read a scenario without importing it, as it would bring Locust into this process."""
    source = (SCENARIOS / f"{name}.py").read_text()
    before = source[: source.index("class ")].replace(
        "from bench.load.flows.users import FlowUser, Request\n", ""
    )
    spec = importlib.util.spec_from_loader(name, loader=None)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    exec(before, module.__dict__)
    return module
