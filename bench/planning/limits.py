"""Whether the machine's limits allow what a plan asks for, said before the run."""

from __future__ import annotations

from math import ceil
from typing import Final

from bench.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.load_level import LoadLevel, Users
from bench.model.plan import Fleet, Plan

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
        # A search has no levels, and needs what a level of the open model does.
        for level in experiment.file.load.levels or (None,):
            needed = _connections(experiment, level, plan.fleet) + _FILES_BESIDE_CONNECTIONS
            if needed > open_files_limit:
                raise UsageError(
                    f"{experiment.name} at {level or 'whatever rate'} needs {needed} open files "
                    f"per process; this system allows {open_files_limit}.",
                    hint=f"Raise the hard limit (`ulimit -Hn`), or {_relief(level)}.",
                )


def _connections(experiment: Experiment, level: LoadLevel | None, fleet: Fleet | None) -> int:
    """Count what one process holds: of the users its share, of the bystanders all."""
    load = experiment.file.load
    bystanders = ceil(_BYSTANDERS_S * load.bystander.rate) if load.bystander else 0
    users = level.users if isinstance(level, Users) else load.max_users
    return bystanders + ceil(users / (fleet.size if fleet else 1))


def _relief(level: LoadLevel | None) -> str:
    return "give a lower level" if isinstance(level, Users) else "lower max_users"
