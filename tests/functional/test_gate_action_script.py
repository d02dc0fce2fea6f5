"""The scripts of the action, run by bash as a runner does, with a gate that is a few lines long."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

yaml = pytest.importorskip("yaml", reason="PyYAML comes with other packages, and may not be there")

ACTION = Path(__file__).parents[2] / "action.yml"
BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(BASH is None, reason="the action's scripts are for bash")

FAKE_PYTHON = """#!{python}
import json, os, pathlib, sys
if sys.argv[1:4] != ["-P", "-m", "bench"]:
    if sys.argv[1:3] == ["-m", "pip"] or "import bench" in sys.argv[-1]:
        pathlib.Path("{calls}").open("a").write(json.dumps(sys.argv[1:]) + "\\n")
        sys.exit(int("{installs}"))
    os.execv("{python}", ["{python}", *sys.argv[1:]])
options = sys.argv[4:]
hidden = [name for name in os.environ if name.startswith("GITHUB_")]
pathlib.Path("{calls}").write_text(json.dumps([options, sorted(hidden)]))
results = pathlib.Path(options[options.index("--results") + 1])
if "{verdict}":
    (results / "run").mkdir()
    (results / "run" / "gate.json").write_text(json.dumps({{"verdict": "{verdict}"}}))
    pathlib.Path(options[options.index("--comment") + 1]).write_text("a comment\\n")
sys.exit({code})
"""


class Ended(NamedTuple):
    """What a runner sees of a step."""

    code: int
    outputs: dict[str, str]
    summary: str
    stdout: str
    call: list[list[str]]


Run = Callable[..., Ended]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return what runs a step of the action whose gate ends with a code and a verdict."""

    def run_step(
        step: str = "Gate", *, code: int = 0, verdict: str = "", installs: int = 0, **given: str
    ) -> Ended:
        steps = yaml.safe_load(ACTION.read_text("utf-8"))["runs"]["steps"]
        (found,) = (each for each in steps if each["name"] == step)
        calls = tmp_path / "calls.json"
        python = tmp_path / "bin" / "python3"
        python.parent.mkdir(exist_ok=True)
        python.write_text(
            FAKE_PYTHON.format(
                python=sys.executable, calls=calls, code=code, verdict=verdict, installs=installs
            )
        )
        python.chmod(0o755)
        inputs = {
            name: given.get(name.removeprefix("PAIRBENCH_INPUT_").lower(), "")
            for name in found["env"]
        }
        files = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            Path(file).touch()
        script = tmp_path / "step.sh"
        script.write_text(found["run"])
        ended = subprocess.run(
            [str(BASH), "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=tmp_path,
            env={
                "PATH": f"{python.parent}:/usr/bin:/bin",
                "RUNNER_TEMP": str(tmp_path),
                "GITHUB_ACTION_PATH": "/the/action",
                "GITHUB_ENV": "secret",
                **files,
                **inputs,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        lines = Path(files["GITHUB_OUTPUT"]).read_text().splitlines()
        text = calls.read_text() if calls.exists() else "[]"
        return Ended(
            code=ended.returncode,
            outputs=dict(line.split("=", 1) for line in lines),
            summary=Path(files["GITHUB_STEP_SUMMARY"]).read_text(),
            stdout=ended.stdout + ended.stderr,
            call=json.loads(text.splitlines()[0]),
        )

    return run_step


@pytest.mark.parametrize(
    ("code", "verdict"),
    [(0, "pass"), (0, "inconclusive"), (1, "regression"), (3, "invalid"), (5, "inconclusive")],
)
def test_exit_code_and_outputs_are_those_of_the_gate(run: Run, code: int, verdict: str) -> None:
    ended = run(code=code, verdict=verdict)
    assert ended.code == code, ended.stdout
    assert ended.outputs["exit-code"] == str(code)
    assert ended.outputs["verdict"] == verdict
    assert json.loads(Path(ended.outputs["report"]).read_text()) == {"verdict": verdict}
    assert Path(ended.outputs["comment-file"]).read_text() == ended.summary == "a comment\n"


@pytest.mark.parametrize("code", [2, 4, 70, 130])
def test_a_gate_without_a_report_keeps_its_exit_code(run: Run, code: int) -> None:
    ended = run(code=code)
    assert ended.code == code, ended.stdout
    assert ended.outputs["exit-code"] == str(code)
    assert ended.outputs["verdict"] == "invalid"
    assert (ended.outputs["report"], ended.outputs["comment-file"]) == ("", "")


@pytest.mark.parametrize("code", [0, 1])
@pytest.mark.parametrize("verdict", ["", "invalid", "splendid"])
def test_neither_fine_nor_regression_without_a_verdict(run: Run, code: int, verdict: str) -> None:
    ended = run(code=code, verdict=verdict)
    assert (ended.code, ended.outputs["exit-code"]) == (70, "70"), ended.stdout
    assert ended.outputs["verdict"] == "invalid"
    assert "::error title=pairbench gate::" in ended.stdout


def test_inputs_become_options_one_by_one_and_are_never_run(run: Run, tmp_path: Path) -> None:
    ended = run(
        verdict="pass",
        file="$(touch evil).toml; touch evil",
        against="origin/main",
        min_effect="3% memory=* ",
        budget="5m",
        quantities="throughput,cpu",
        junit="out dir/junit.xml",
        comment_file="my comment.md",
        results="kept",
        strict="true",
        fail_on_inconclusive="false",
    )
    options, _ = ended.call
    assert options == [
        *("gate", "--format", "github", "--results", f"{tmp_path}/kept"),
        *("--comment", f"{tmp_path}/my comment.md", "--against", "origin/main"),
        *(
            "--min-effect",
            "3%",
            "--min-effect",
            "memory=*",
            "--budget",
            "5m",
            "--quantities",
            "throughput,cpu",
        ),
        *("--junit", "out dir/junit.xml", "--strict", "--", "$(touch evil).toml; touch evil"),
    ]
    assert not (tmp_path / "evil").exists()
    assert ended.outputs["results"] == f"{tmp_path}/kept"


def test_a_self_check_and_a_stored_baseline_can_be_asked_for(run: Run) -> None:
    assert "--self-check" in run(verdict="pass", self_check="true").call[0]
    assert run(verdict="pass", baseline="run.json").call[0][-2:] == ["--baseline", "run.json"]


def test_a_switch_is_true_or_false(run: Run) -> None:
    ended = run(verdict="pass", strict="yes")
    assert (ended.code, ended.outputs["exit-code"]) == (2, "2")
    assert "The input for --strict is true or false" in ended.stdout
    assert ended.call == []


def test_the_code_under_test_does_not_learn_where_outputs_go(run: Run) -> None:
    assert run(verdict="pass").call[1] == ["GITHUB_ACTION_PATH"]


def test_what_an_earlier_job_left_is_not_taken_for_this_gates(run: Run, tmp_path: Path) -> None:
    old = tmp_path / "kept" / "old" / "gate.json"
    old.parent.mkdir(parents=True)
    old.write_text('{"verdict": "pass"}')
    (tmp_path / "comment.md").write_text("old")
    ended = run(code=4, results="kept", comment_file="comment.md")
    assert ended.outputs["verdict"] == "invalid"
    assert (ended.outputs["report"], ended.outputs["comment-file"]) == ("", "")
    assert ended.summary == ""


@pytest.mark.parametrize(
    ("given", "requirement"),
    [
        ({}, "/the/action"),
        ({"version": "1.2"}, "pairbench==1.2"),
        ({"version": "1.2", "path": "tools/pairbench"}, "./tools/pairbench"),
        ({"path": "../pairbench"}, "../pairbench"),
        ({"path": "/opt/pairbench"}, "/opt/pairbench"),
    ],
)
def test_pairbench_is_installed_from_where_one_asks(
    run: Run, given: dict[str, str], requirement: str
) -> None:
    ended = run("Install pairbench", **given)
    assert ended.code == 0, ended.stdout
    assert ended.call[-1] == requirement


def test_an_installation_that_fails_is_no_regression(run: Run) -> None:
    ended = run("Install pairbench", installs=1)
    assert ended.code == 2
    assert "::error title=pairbench gate::pairbench could not be installed" in ended.stdout
