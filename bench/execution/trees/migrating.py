"""Bring a tree's own database to its state, by the tree's own migrations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bench.execution.supervision.processes import Supervisor
from bench.execution.trees.prepared_tree import PreparedTree
from bench.execution.trees.running_commands import TreeCommands
from bench.model.progress import ProgressEvent


async def migrate(
    supervisor: Supervisor,
    tree: PreparedTree,
    commands: Sequence[Sequence[str]],
    *,
    service_env: Mapping[str, str],
    log: Path,
    announce: Callable[[ProgressEvent], None],
) -> None:
    """Run a tree's migrations once, when its services are up.

    Args:
        supervisor: starts and ends them.
        tree: where they run.
        commands: `migrate` of the `[gate]` table.
        service_env: where the tree's own services are, such as DATABASE_URL.
        log: takes their output.
        announce: hears of each.

    Raises:
        TargetStartError: one failed in the candidate.
        TreeError: one failed in the baseline.
    """
    running = TreeCommands(
        supervisor=supervisor,
        arm=tree.arm,
        version=tree.version,
        path=tree.path,
        python=tree.python,
        environment=dict(tree.environment) | dict(service_env),
        log=log,
        announce=announce,
    )
    await running.run(commands, purpose="migrated")
