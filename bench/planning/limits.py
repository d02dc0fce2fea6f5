"""Whether the machine's limits allow what a plan asks for, said before the run."""

from __future__ import annotations

from math import ceil
from typing import Final

from bench.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.load_level import LoadLevel, Users
from bench.model.plan import Plan

_BYSTANDERS_S: Final = 10.0
"""Bystanders' calls are kept open for as many seconds; later ones are dropped."""

_FILES_BESIDE_CONNECTIONS: Final = 100
"""Files that a target or generator has open beside its connections: libraries, logs, sockets."""


def check_limits(plan: Plan, open_files_limit: int) -> None:
    """Check that a process may open as many files as the highest load level needs.

    Args:
        plan: what would be run.
        open_files_limit: of one process; the hard limit, as the soft one is raised to it.

    Raises:
        UsageError: a level needs more connections than that.
    """
    for experiment in plan.experiments:
        for level in experiment.file.load.levels:
            needed = _connections(experiment, level) + _FILES_BESIDE_CONNECTIONS
            if needed > open_files_limit:
                raise UsageError(
                    f"{experiment.name} at {level} needs {needed} open files per process; "
                    f"this system allows {open_files_limit}.",
                    hint="Raise the hard limit (`ulimit -Hn`), or give a lower level.",
                )


def _connections(experiment: Experiment, level: LoadLevel) -> int:
    load = experiment.file.load
    bystanders = ceil(_BYSTANDERS_S * load.bystander.rate) if load.bystander else 0
    return bystanders + (level.users if isinstance(level, Users) else load.max_users)
