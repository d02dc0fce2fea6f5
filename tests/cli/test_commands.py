from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.main import get_command

from bench.cli.app import app

Bench = Callable[..., subprocess.CompletedProcess[str]]
REPOSITORY = Path(__file__).parents[2]
COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("module", ["locust", "gevent", "numpy", "scipy", "pydantic", "fastapi"])
def test_help_imports_nothing_heavy(module: str) -> None:
    code = (
        "import sys; sys.argv = ['bench', '--help']\n"
        "from bench.cli.app import _run\n"
        "_run()\n"
        f"sys.exit({module!r} in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0


def test_without_a_command_there_is_help(bench: Bench) -> None:
    assert "Usage" in bench().stdout + bench().stderr


def test_the_version_is_told(bench: Bench) -> None:
    done = bench("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("pairbench ")


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(bench: Bench, command: str) -> None:
    done = bench(command, "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_is_documented(command: str) -> None:
    reference = (REPOSITORY / "docs/reference/command-line.md").read_text()
    assert f"## `bench {command}" in reference


def test_the_list_names_the_built_in_experiments(bench: Bench) -> None:
    done = bench("list")
    assert done.returncode == 0
    for name in ("io-concurrency", "blocking-call", "loop-stall", "database"):
        assert name in done.stdout


def test_an_experiment_is_shown_in_full(bench: Bench) -> None:
    shown = bench("show", "blocking-call").stdout
    for text in ("blocking-client", "async-client", "upstream", "uvicorn", "/ping"):
        assert text in shown


def test_a_plan_shows_trials_in_order_and_the_time(bench: Bench) -> None:
    done = bench("plan", "blocking-call", "--users", "5,20", "--repeat", "2", "--seed", "1")
    assert done.returncode == 0
    assert "10 trials" in done.stdout
    again = bench("plan", "blocking-call", "--users", "5,20", "--repeat", "2", "--seed", "1")
    assert again.stdout == done.stdout


@pytest.mark.parametrize("of", ["experiment", "suite", "run", "trial", "document"])
def test_the_schema_is_json(bench: Bench, of: str) -> None:
    schema = json.loads(bench("schema", of).stdout)
    assert schema["type"] == "object"


def test_a_new_file_can_be_planned_as_it_is(bench: Bench) -> None:
    assert bench("init").returncode == 0
    done = bench("plan", "./bench.toml")
    assert done.returncode == 0, done.stderr
    again = bench("init")
    assert again.returncode == 2
    assert "is there already" in again.stderr


def test_the_machine_is_described(bench: Bench) -> None:
    assert "cores" in bench("doctor").stdout
    assert json.loads(bench("doctor", "--json").stdout)["fingerprint"]


def test_a_folder_without_runs_has_an_empty_list(bench: Bench) -> None:
    assert bench("runs").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "blocking-cal"], "blocking-call"),
        (["show", "nothing-like-it-at-all"], "There are:"),
        (["run", "./missing.toml"], "There is no file"),
        (["run", "--users", "ten"], "10,50,200"),
        (["run", "--users", "1.5"], "whole numbers"),
        (["run", "--rate", "0"], "positive numbers"),
        (["run", "--duration", "soon"], "100ms"),
        (["run", "--preset", "huge"], "smoke"),
        (["run", "loop-stall", "--users", "10"], "open model"),
        (["run", "blocking-call", "--variants", "async"], "async-client"),
        (["run", "blocking-call", "--duration", "10ms"], "between 1 s and 24 h"),
        (["run", "--resume", "nothing"], "no run named"),
        (["run", "blocking-call", "--resume", "x"], "as it was planned"),
        (["report", "nothing"], "no run named"),
        (["report", "."], "no run folder"),
        (["report", "latest", "--knees"], "--knees chooses a table of --format csv"),
        (
            ["report", "latest", "--format", "csv", "--knees", "--thresholds"],
            "--knees and --thresholds are different tables",
        ),
        (["report", "latest", "--output", "x.html"], "--output is for --format html"),
        (["delete", "nothing"], "no run named"),
        (["serve", "blocking-call"], "EXPERIMENT/VARIANT"),
        (["serve", "blocking-call/async-clint"], "async-client"),
        (["serve", "core/wsgi-threads"], "is a set of experiments"),
        (["init", "."], "is there already"),
        (["init", "my shop.toml"], "can't be the name"),
        (["no-such-command"], "No such command"),
    ],
)
def test_what_can_not_be_is_said_clearly(bench: Bench, arguments: list[str], said: str) -> None:
    done = bench(*arguments)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr


def test_a_wrong_key_is_named_with_its_file(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text('title = "x"\nlod = 1\n[load]\nuser = [1]\n')
    done = bench("run", "shop.toml")
    assert done.returncode == 2
    for text in ("shop.toml", "lod: unknown key; did you mean load?", "load.user", "variants"):
        assert text in done.stderr


def test_a_full_output_is_no_defect() -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "bench", "schema"]
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    assert done.returncode == 2
    assert "can't be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_folders_of_the_same_name_in_the_current_folder_do_no_harm(
    bench: Bench, tmp_path: Path
) -> None:
    for name in ("scenarios", "targets"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('not this one')\n")
    done = bench("list")
    assert done.returncode == 0
    assert "io-concurrency" in done.stdout
