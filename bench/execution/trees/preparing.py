"""Make both trees ready: an environment for each, shared where that is safe."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bench.execution.supervision.processes import Supervisor
from bench.execution.trees.checking_out import CheckedOutTree, CheckedOutTrees
from bench.execution.trees.environment_cache import open_cache
from bench.execution.trees.installed_leads import Lead, find_copies, find_leads, own_site_folders
from bench.execution.trees.prepared_tree import PreparedTree
from bench.execution.trees.tree_environment import tree_environment
from bench.execution.trees.virtual_environments import TreeEnvironments
from bench.model.arm import Arm
from bench.model.gate_settings import GateSettings
from bench.model.progress import ProgressEvent


@asynccontextmanager
async def prepare_trees(
    supervisor: Supervisor,
    trees: CheckedOutTrees,
    settings: GateSettings,
    *,
    logs: Path,
    announce: Callable[[ProgressEvent], None],
    cache: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> AsyncIterator[dict[Arm, PreparedTree]]:
    """Give each tree an interpreter and an environment; on leaving, remove what isn't kept.

    Without `prepare` both run in bench's own environment. With it, each gets a virtual one. It is
    shared, and kept for later gates, only where the dependency files and the commands are equal,
    the commands left nothing in the tree, and nothing in the environment leads into the tree: then
    the commands need not run again for the other tree, and no side can import the other's code.

    Args:
        supervisor: runs the commands.
        trees: both versions' files.
        settings: has the commands.
        logs: takes a log file for each tree.
        announce: hears of each command.
        cache: where environments are kept; None: below the user's cache.
        environment: the caller's.

    Raises:
        TargetStartError: a command failed in the candidate.
        TreeError: a command failed in the baseline, or there is no environment to be had.
    """
    if not settings.prepare:
        yield {
            arm: _unprepared(tree, trees.root, environment) for arm, tree in trees.by_arm.items()
        }
        return
    kept = open_cache(cache, supervisor.temp_folder / "environments", environment)
    await asyncio.to_thread(kept.tidy)
    async with AsyncExitStack() as stack:
        environments = TreeEnvironments(
            supervisor, trees, settings, logs, announce, kept, environment, stack
        )
        yield await environments.make_all()


def _unprepared(tree: CheckedOutTree, root: Path, environment: Mapping[str, str]) -> PreparedTree:
    sites = own_site_folders()
    leads = tuple(find_leads(sites, root))
    return PreparedTree(
        arm=tree.arm,
        path=tree.path,
        python=sys.executable,
        environment=tree_environment(environment, tree=tree.path, root=root, virtual=None),
        version=tree.version.model_copy(update={"environment": "bench's own"}),
        notices=_shadowed(leads, root),
        copies=find_copies(sites),
        leads=leads,
    )


def _shadowed(leads: tuple[Lead, ...], root: Path) -> tuple[str, ...]:
    names = sorted({lead.name for lead in leads})
    if not names:
        return ()
    notice = (
        f"bench's own environment has {', '.join(names)} installed from the working tree {root}:"
        " unless a target finds its own tree's files first, both versions would import those. With"
        " `prepare` in the [gate] table each tree gets an environment of its own."
    )
    return (notice,)
