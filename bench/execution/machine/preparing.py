"""Preparing: commands that get what an experiment needs, before its first trial."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from typing import Final

from bench.execution.targets.variables import fill_all
from bench.model.experiment import Experiment

_WITHIN_S: Final = 600.0
"""An installation over a slow line; one that hangs is given up."""


def prepare_needs(experiment: Experiment, tell: Callable[[str], None]) -> str:
    """Run an experiment's preparing commands; return why one failed, empty where none did.

    Args:
        experiment: with what it needs.
        tell: is told of each command before it runs, as it may take a while.
    """
    names = {"python": sys.executable, "folder": str(experiment.folder)}
    for command in experiment.file.needs.prepare:
        argv = fill_all(command, names)
        tell(f"preparing {experiment.name}: {shlex.join(argv)}")
        failure = _run(argv, str(experiment.folder))
        if failure:
            return failure
    return ""


def _run(argv: tuple[str, ...], cwd: str) -> str:
    try:
        done = subprocess.run(
            argv,
            cwd=cwd,
            env=os.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_WITHIN_S,
            check=False,
        )
    except OSError as error:
        return f"{argv[0]} can't be run: {error.strerror}"
    except subprocess.TimeoutExpired:
        return f"{shlex.join(argv)} took longer than {_WITHIN_S:g} s"
    if not done.returncode:
        return ""
    lines = done.stdout.decode(errors="replace").strip().splitlines()
    last = f": {lines[-1]}" if lines else ""
    return f"{shlex.join(argv)} failed (exit code {done.returncode}){last}"
