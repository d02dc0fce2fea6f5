"""No way in which something broken, missing or stopped ends as a pass or as a regression."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

MakeClone = Callable[..., Any]

_PATIENCE_S = 60.0
_WITH_A_DEFECT = """
import sys

from bench.cli.gating import guarding

def broken(stage, session, findings):
    raise ZeroDivisionError("a defect")

guarding.carry_out = broken
from bench.__main__ import main

main()
"""
_IDLE_USERS = """
from locust import HttpUser, task


class Idle(HttpUser):
    @task
    def nothing(self):
        pass
"""


def read_until(process: subprocess.Popen[str], word: str) -> None:
    assert process.stderr is not None
    deadline_s = time.monotonic() + _PATIENCE_S
    for line in process.stderr:
        if word in line:
            return
        assert time.monotonic() < deadline_s
    raise AssertionError(f"the gate never said {word!r}")


def find_supervisor(process: subprocess.Popen[str]) -> psutil.Process:
    (supervisor,) = psutil.Process(process.pid).children()
    return supervisor


def test_an_interrupted_gate_says_so_and_leaves_nothing(make_clone: MakeClone) -> None:
    repository = make_clone({})
    before = repository.state()
    with repository.start("--json") as process:
        read_until(process, "duet 1 of 8")
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=_PATIENCE_S)
    assert process.returncode == 130, stderr
    assert stdout == ""
    assert "Interrupted. Finished trials (1) are kept" in stderr
    assert repository.state() == before
    repository.assert_nothing_left()
    (run,) = repository.results.iterdir()
    assert not (run / "gate.json").exists()


def test_a_gate_that_is_terminated_while_it_prepares_leaves_nothing(
    make_clone: MakeClone, gate_file: str
) -> None:
    prepare = 'prepare = [["{python}", "-c", "import time; time.sleep(600)"]]'
    repository = make_clone({"bench.toml": gate_file.replace("[gate]", f"[gate]\n{prepare}")})
    with repository.start() as process:
        read_until(process, "time.sleep(600)")
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=_PATIENCE_S)
    assert process.returncode == 130, stderr
    repository.assert_nothing_left()
    assert list((repository.root.parents[1] / "cache").rglob("pyvenv.cfg")) == []


def test_a_gate_that_was_killed_is_tidied_up_after_by_the_next(make_clone: MakeClone) -> None:
    repository = make_clone({"shop.py": "raise RuntimeError\n"})
    with repository.start() as process:
        read_until(process, "trying out")
        process.kill()
    deadline_s = time.monotonic() + _PATIENCE_S
    while list(repository.temp.iterdir()) and time.monotonic() < deadline_s:
        time.sleep(0.1)
    assert len(repository.git("worktree", "list").splitlines()) == 3
    with repository.start() as process:
        _, stderr = process.communicate(timeout=_PATIENCE_S)
    assert process.returncode == 4, stderr
    repository.assert_nothing_left()


def test_a_gate_whose_supervisor_is_killed_is_a_defect(make_clone: MakeClone) -> None:
    repository = make_clone({})
    with repository.start("--json") as process:
        read_until(process, "trying out")
        find_supervisor(process).kill()
        stdout, stderr = process.communicate(timeout=_PATIENCE_S)
    assert process.returncode == 70, stderr
    assert stdout == ""
    assert len(repository.git("worktree", "list").splitlines()) == 1


def test_an_error_that_nobody_expected_is_a_defect(make_clone: MakeClone) -> None:
    repository = make_clone({})
    done = subprocess.run(
        [sys.executable, "-P", "-c", _WITH_A_DEFECT, "gate", "--results", "results"],
        cwd=repository.root,
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        check=False,
    )
    assert done.returncode == 70, done.stderr
    assert "ZeroDivisionError: a defect" in done.stderr
    assert "This is a defect of pairbench" in done.stderr
    repository.assert_nothing_left()


def test_without_git_nothing_can_be_compared(make_clone: MakeClone, tmp_path: Path) -> None:
    done = make_clone({}).gate(env={"PATH": str(tmp_path)})
    assert done.exit_code == 3, done.stderr
    assert "git is not installed" in done.stderr


def test_a_tool_that_the_target_needs_and_is_not_there_is_no_verdict(
    make_clone: MakeClone, gate_file: str
) -> None:
    app = 'app = "shop:app"\n'
    server = 'server = { name = "uvicorn", loop = "uvloop", http = "httptools" }\n'
    missing = gate_file.replace(app, 'command = ["no-such-server"]\n').replace(server, "")
    on_one_side = make_clone({"bench.toml": missing}).gate("--json")
    assert on_one_side.exit_code == 4, on_one_side.stderr
    assert "no-such-server" in on_one_side.report.because


def test_a_tool_that_both_targets_need_and_is_not_there_is_no_verdict(
    make_clone: MakeClone, gate_file: str
) -> None:
    app = 'app = "shop:app"\n'
    server = 'server = { name = "uvicorn", loop = "uvloop", http = "httptools" }\n'
    missing = gate_file.replace(app, 'command = ["no-such-server"]\n').replace(server, "")
    done = make_clone({}, main={"bench.toml": missing}).gate("--json")
    assert done.exit_code == 3, done.stderr
    assert "the baseline can't be measured" in done.report.because


def test_wrong_files_and_wishes_are_the_callers_fault(
    make_clone: MakeClone, gate_file: str
) -> None:
    repository = make_clone(
        {
            "wrong.toml": gate_file + "\nusres = 3\n",
            "one/bench.toml": gate_file,
            "twins.toml": 'experiments = ["one/bench.toml", "bench.toml"]\n',
            "silent.toml": gate_file.replace('[[flow]]\npath = "/"', "").replace(
                "[load]", 'scenario = "idle.py"\n\n[load]', 1
            ),
            "idle.py": _IDLE_USERS,
        }
    )
    for arguments, said in (
        (("wrong.toml",), "usres: unknown key"),
        (("twins.toml",), "one/bench.toml and bench.toml would both be called bench"),
        (("silent.toml",), "generator.log"),
        (("--against", "chnage"), "Did you mean change"),
        (("--baseline", "nothing"), "nothing"),
        (("--results", "README.md"), "README.md"),
    ):
        done = repository.gate(*arguments)
        assert done.exit_code == 2, done.stderr
        assert said in done.stderr
        assert done.stdout == ""
    (silent,) = repository.results.iterdir()  # as its message names a file in there
    assert list(silent.rglob("generator.log"))


def test_outputs_that_can_not_be_written_are_the_callers_fault_and_no_verdict(
    make_clone: MakeClone,
) -> None:
    repository = make_clone({"shop.py": "raise RuntimeError\n"})
    done = repository.gate("--junit", "README.md/gate.xml")
    assert done.exit_code == 2, done.stderr
    assert "README.md" in done.stderr


def test_the_exit_code_survives_a_reader_that_goes_away(make_clone: MakeClone) -> None:
    repository = make_clone({"shop.py": "raise RuntimeError\n"})
    for arguments in ((), ("--json",)):
        reading, writing = os.pipe()
        os.close(reading)
        with repository.start(*arguments, stdout=writing) as process:
            os.close(writing)
            _, stderr = process.communicate(timeout=_PATIENCE_S)
        assert process.returncode == 4, stderr
        assert "BrokenPipe" not in stderr
