"""Live gates: `bench gate` itself, on a repository made for it, again and again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from benchmarks.gate_banks.bank_files import LIVE, BankFolder
from benchmarks.gate_banks.plans import BankPlan, environments
from benchmarks.gate_banks.recording import ROOT

_APP: Final = (ROOT / "benchmarks/gate_targets/async_target.py").read_text(encoding="utf-8")
_KNOBS: Final = (ROOT / "benchmarks/gate_targets/knobs.py").read_text(encoding="utf-8")
_FILE: Final = """
title = "a live gate"
flow = [{ path = "/ping" }]
ready = "/ping"

[load]
users = [32]

[variants.service]
app = "service:app"
server = { name = "uvicorn", loop = "uvloop", http = "httptools" }
"""


def record_live_gates(banks: BankFolder, effect: float, count: int, until_s: float) -> None:
    """Run gates of one kind until there are so many, or time is up; each is noted at once.

    Args:
        banks: of this machine; has the calibration of the loop.
        effect: how much more CPU time a candidate's request takes: 0 is A/A.
        count: how many there are to be, on all machines of this kind together.
        until_s: when to stop, on the monotonic clock.
    """
    note: dict[str, Any] = banks.read_note(LIVE) or {"gates": []}
    spin = banks.read_note("spin-async")
    assert spin is not None, "record banks first: they calibrate the loop"
    plan = BankPlan(LIVE, "async", count, "cpu", effect)
    _, env = environments(plan, spin["loops_per_ratio"])
    loops = int(env["SPIN_LOOPS"])
    with tempfile.TemporaryDirectory(prefix="live-gate-") as folder:
        repository = _make_repository(Path(folder) / "service", loops)
        done = sum(gate["effect"] == effect for gate in banks.find_alike().read_live())
        while done < count and time.monotonic() < until_s:
            gate = _run(repository) | {"effect": effect}
            note["gates"].append(gate)
            banks.write_note(LIVE, note)
            done += 1
            print(f"live gate {effect:.0%} {done}/{count}: {gate}", flush=True)


def _make_repository(path: Path, loops: int) -> Path:
    """Two commits: a service, and the same with more work in each request."""
    path.mkdir()
    (path / "bench.toml").write_text(_FILE)
    (path / "knobs.py").write_text(_KNOBS)
    (path / "service.py").write_text(_APP.replace("benchmarks.gate_targets.knobs", "knobs"))
    (path / ".gitignore").write_text("results/\n__pycache__/\n")
    _git(path, "init", "--quiet", "--initial-branch=main")
    _git(path, "add", "--all")
    _git(path, "commit", "--quiet", "--message=A service")
    _git(path, "switch", "--quiet", "--create=feature")
    changed = _KNOBS.replace('"SPIN_LOOPS", "0"', f'"SPIN_LOOPS", "{loops}"') + "# changed\n"
    (path / "knobs.py").write_text(changed)
    _git(path, "commit", "--quiet", "--all", "--message=A change")
    return path


def _git(path: Path, *arguments: str) -> None:
    who = ("-c", "user.name=live gate", "-c", "user.email=live@example.org")
    subprocess.run(["git", *who, *arguments], cwd=path, check=True)


def _run(repository: Path) -> dict[str, Any]:
    began_s = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-P", "-m", "bench", "gate", "--json"],
        cwd=repository,
        env=os.environ | {"GITHUB_STEP_SUMMARY": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(done.stdout) if done.stdout.startswith("{") else {}
    return {
        "exit_code": done.returncode,
        "verdict": report.get("verdict"),
        "because": report.get("because") or done.stderr[-500:],
        "trials": report.get("trials"),
        "setup_s": report.get("setup_s"),
        "elapsed_s": report.get("elapsed_s"),
        "wall_s": round(time.monotonic() - began_s, 1),
    }
