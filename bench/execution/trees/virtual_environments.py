"""Make virtual environments for trees, and share and keep those that nothing ties to one tree."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bench.errors import TargetStartError, TreeError
from bench.execution.supervision.processes import Supervisor
from bench.execution.targets.commands import module_command
from bench.execution.trees.checking_out import CheckedOutTree, CheckedOutTrees
from bench.execution.trees.dependency_files import environment_key
from bench.execution.trees.environment_cache import EnvironmentCache, HeldEnvironment
from bench.execution.trees.installed_leads import find_copies, find_leads, site_folders
from bench.execution.trees.prepared_tree import PreparedTree
from bench.execution.trees.running_commands import TreeCommands
from bench.execution.trees.tree_environment import tree_environment
from bench.execution.trees.tree_footprint import read_footprint
from bench.model.arm import Arm
from bench.model.gate_settings import GateSettings
from bench.model.progress import ProgressEvent

_FRESH_S: Final = 86_400.0
"""Of two environments that differ, none may be older: unpinned dependencies would have moved on in
between, and the verdict would be theirs."""


@dataclass(frozen=True)
class TreeEnvironments:
    """The virtual environments of one gate's trees."""

    supervisor: Supervisor
    trees: CheckedOutTrees
    settings: GateSettings
    logs: Path
    announce: Callable[[ProgressEvent], None]
    cache: EnvironmentCache
    environment: Mapping[str, str]
    stack: AsyncExitStack
    """Lets go of them."""

    async def make_all(self) -> dict[Arm, PreparedTree]:
        """Find or make them, one after the other.

        Raises:
            TargetStartError: a command failed in the candidate.
            TreeError: a command failed in the baseline, or no environment can be made.
        """
        keys = {
            arm: environment_key(
                tree.path, self.settings.dependencies, self.settings.prepare, self.environment
            )
            for arm, tree in self.trees.by_arm.items()
        }
        alike = len(set(keys.values())) == 1
        prepared: dict[Arm, PreparedTree] = {}
        held: HeldEnvironment | None = None
        for arm, tree in self.trees.by_arm.items():
            if held is None or not (alike and held.is_kept):
                held = self._find(keys[arm], alike=alike) or await self._make(tree, keys[arm])
            prepared[arm] = self._prepared(tree, held.path)
        return _named(prepared)

    def _find(self, key: str, *, alike: bool) -> HeldEnvironment | None:
        held = self.cache.find(key, made_within_s=None if alike else _FRESH_S)
        if held is not None:
            self.stack.callback(self.cache.let_go, held)
        return held

    async def _make(self, tree: CheckedOutTree, key: str) -> HeldEnvironment:
        held = self.cache.begin(key)
        self.stack.callback(self.cache.let_go, held)
        before = read_footprint(tree.path)
        await self._make_virtual(tree, held.path)
        await self._commands(tree, held.path, _python(held.path)).run(
            self.settings.prepare, purpose="prepared"
        )
        _check(held.path)
        is_bound = bool(find_leads(site_folders(held.path), tree.path))
        if not is_bound and read_footprint(tree.path) == before:
            self.cache.keep(held)
        return held

    async def _make_virtual(self, tree: CheckedOutTree, folder: Path) -> None:
        making = self._commands(tree, folder, sys.executable)
        try:
            await making.run([module_command("venv", str(folder))], purpose="given an environment")
        except (TargetStartError, TreeError) as error:  # neither version is to blame
            raise TreeError(
                error.message,
                hint="Python's own `venv` makes it: on Debian and Ubuntu apt-get install"
                " python3-venv.",
                evidence=error.evidence,
            ) from error

    def _commands(self, tree: CheckedOutTree, virtual: Path, python: str) -> TreeCommands:
        return TreeCommands(
            supervisor=self.supervisor,
            arm=tree.arm,
            version=tree.version,
            path=tree.path,
            python=python,
            environment=self._variables(tree, virtual),
            log=self.logs / f"{tree.arm}-prepare.log",
            announce=self.announce,
        )

    def _variables(self, tree: CheckedOutTree, virtual: Path) -> dict[str, str]:
        return tree_environment(
            self.environment, tree=tree.path, root=self.trees.root, virtual=virtual
        )

    def _prepared(self, tree: CheckedOutTree, virtual: Path) -> PreparedTree:
        sites = site_folders(virtual)
        folders = (self.trees.root, *(other.path for _, other in self.trees.by_arm.items()))
        return PreparedTree(
            arm=tree.arm,
            path=tree.path,
            python=_python(virtual),
            environment=self._variables(tree, virtual),
            version=tree.version,
            copies=find_copies(sites),
            leads=tuple(lead for folder in folders for lead in find_leads(sites, folder)),
        )


def _python(virtual: Path) -> str:
    return str(virtual / "bin" / "python")


def _check(virtual: Path) -> None:
    if not Path(_python(virtual)).exists():
        raise TreeError(
            f"The commands of `prepare` removed the virtual environment {virtual}.",
            hint="`{python}` in them is its interpreter: install into it, and make no other.",
        )


def _named(prepared: dict[Arm, PreparedTree]) -> dict[Arm, PreparedTree]:
    """Write down whether trees share their environment."""
    kind = "shared" if len({tree.python for tree in prepared.values()}) == 1 else "own"
    return {
        arm: replace(tree, version=tree.version.model_copy(update={"environment": kind}))
        for arm, tree in prepared.items()
    }
