"""What the how-to shows is what there is: files that parse, inputs and outputs that exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bench import errors
from bench.model.experiment import ExperimentFile
from bench.reporting.gate_comment import write_marker

yaml = pytest.importorskip("yaml", reason="PyYAML comes with other packages, and may not be there")

ROOT = Path(__file__).parents[3]
HOW_TO = (ROOT / "docs" / "how-to" / "gate-in-ci.md").read_text("utf-8")
OPTIONS = {
    *("--against", "--baseline", "--self-check", "--min-effect", "--budget", "--quantities"),
    *("--strict", "--fail-on-inconclusive", "--format", "--junit", "--comment", "--json"),
    *("--results", "--seed"),
}


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", HOW_TO, flags=re.MULTILINE | re.DOTALL)


def _uses_of_the_action() -> list[dict[str, Any]]:
    jobs = (
        job
        for block in _blocks("yaml")
        for job in (yaml.safe_load(block).get("jobs") or {}).values()
    )
    steps = (step for job in jobs for step in job.get("steps", ()))
    return [step for step in steps if "pairbench@" in step.get("uses", "")]


def test_the_experiment_file_is_one() -> None:
    (block,) = _blocks("toml")
    file = ExperimentFile.model_validate(tomllib.loads(block))
    assert file.gate is not None
    assert file.gate.min_effect == {"throughput": 0.03, "memory": 0.05}


def test_workflows_give_the_action_inputs_that_it_has_as_texts() -> None:
    inputs = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"]
    used = _uses_of_the_action()
    assert len(used) == 2
    for step in used:
        assert set(step["with"]) <= set(inputs)
        assert all(isinstance(value, str) for value in step["with"].values())


def test_workflows_read_outputs_that_the_action_has() -> None:
    outputs = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["outputs"]
    read = set(re.findall(r"steps\.gate\.outputs\.([a-z-]+)", HOW_TO))
    assert read
    assert read <= set(outputs)
    for name in outputs:
        assert f"| `{name}` |" in HOW_TO


def test_every_option_of_a_gate_command_exists() -> None:
    commands = re.findall(r"bench gate[^`\n]*(?:\n +--[^`\n]*)*", HOW_TO)
    used = set(re.findall(r"--[a-z-]+", " ".join(commands)))
    assert {"--against", "--budget", "--junit", "--comment", "--self-check"} <= used <= OPTIONS


def test_each_exit_code_has_its_line() -> None:
    codes = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    section = HOW_TO.split("## What to do on each exit code")[1].split("\n## ")[0]
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", section, re.MULTILINE)} == codes


def test_the_workflow_finds_comments_by_the_marker_that_is_written() -> None:
    (pattern,) = re.findall(r"!/(\^<!--.*?\$)/\.test", HOW_TO)
    for name in ("", "bench.toml", "--> x"):
        assert re.search(pattern, write_marker(name))


def test_no_job_that_runs_the_candidate_can_write() -> None:
    for block in _blocks("yaml"):
        workflow = yaml.safe_load(block)
        if "pairbench@" in block:
            assert workflow["permissions"] == {"contents": "read"}
        if "write" in str(workflow.get("permissions")):
            assert "actions/checkout" not in block
