from __future__ import annotations

from collections.abc import Callable

import pytest

from bench.execution.machine import preparing
from bench.execution.machine.preparing import prepare_needs
from bench.model.experiment import Experiment

Build = Callable[..., Experiment]


@pytest.fixture
def told() -> list[str]:
    return []


def prepare(build: Build, told: list[str], *commands: list[str]) -> str:
    experiment = build(needs={"prepare": commands})
    here = experiment.model_copy(update={"path": experiment.path.parents[1] / "x.toml"})
    return prepare_needs(here, told.append)


def test_what_needs_no_preparing_is_prepared(build_experiment: Build, told: list[str]) -> None:
    assert prepare_needs(build_experiment(), told.append) == ""
    assert told == []


def test_commands_run_one_after_the_other_with_this_interpreter(
    build_experiment: Build, told: list[str]
) -> None:
    assert prepare(build_experiment, told, ["{python}", "-c", "pass"], ["true"]) == ""
    assert len(told) == 2
    assert "-c pass" in told[0]


def test_the_first_that_fails_says_why_and_is_the_last(
    build_experiment: Build, told: list[str]
) -> None:
    failing = ["sh", "-c", "echo it is not there >&2; exit 3"]

    failure = prepare(build_experiment, told, failing, ["true"])

    assert "failed (exit code 3): it is not there" in failure
    assert len(told) == 1


def test_one_that_says_nothing_has_failed_all_the_same(
    build_experiment: Build, told: list[str]
) -> None:
    assert prepare(build_experiment, told, ["false"]).endswith("failed (exit code 1)")


def test_a_command_that_there_is_not_is_named(build_experiment: Build, told: list[str]) -> None:
    assert prepare(build_experiment, told, ["no-such-thing"]).startswith("no-such-thing can't be")


def test_one_that_hangs_is_given_up(
    build_experiment: Build, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "_WITHIN_S", 0.1)

    assert "took longer than 0.1 s" in prepare(build_experiment, told, ["sleep", "60"])
