"""The action of this repository, as the file that it is; what it does is tested where it runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

yaml = pytest.importorskip("yaml", reason="PyYAML comes with other packages, and may not be there")

ACTION = Path(__file__).parents[3] / "action.yml"


@pytest.fixture(scope="module")
def action() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(ACTION.read_text("utf-8"))
    return document


def _steps(action: dict[str, Any]) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = action["runs"]["steps"]
    return steps


def test_it_is_a_composite_action_with_a_shell_for_each_script(action: dict[str, Any]) -> None:
    assert action["runs"]["using"] == "composite"
    assert all(("uses" in step) != (step.get("shell") == "bash") for step in _steps(action))


def test_inputs_are_described_and_optional_texts(action: dict[str, Any]) -> None:
    for name, value in action["inputs"].items():
        assert value["description"], name
        assert isinstance(value["default"], str), name


def test_every_input_is_used_and_every_use_is_declared(action: dict[str, Any]) -> None:
    used = set(re.findall(r"inputs\.([a-z-]+)", ACTION.read_text("utf-8")))
    assert used == set(action["inputs"])


def test_no_input_becomes_part_of_a_script(action: dict[str, Any]) -> None:
    assert not any("${{" in step.get("run", "") for step in _steps(action))


def test_scripts_read_the_variables_that_their_step_sets(action: dict[str, Any]) -> None:
    for step in _steps(action):
        read = set(re.findall(r"\$\{?(PAIRBENCH_\w+)", step.get("run", "")))
        assert read == set(step.get("env", {}))


def test_outputs_are_those_that_the_gate_step_sets(action: dict[str, Any]) -> None:
    (gate,) = (step for step in _steps(action) if step.get("id") == "gate")
    written = set(re.findall(r'echo "([a-z-]+)=', gate["run"]))
    read = set(re.findall(r"steps\.gate\.outputs\.([a-z-]+)", str(action["outputs"])))
    assert written == read == set(action["outputs"])
