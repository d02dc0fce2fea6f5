"""Prove which version's files a Python target ran, from what it imported as it started."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.errors import TreeError
from bench.execution.trees.import_log import read_imported_files
from bench.execution.trees.prepared_tree import PreparedTree
from bench.model.arm import Arm

IMPORTS_TOLD: Final = {"PYTHONVERBOSE": "1", "PYTHONUNBUFFERED": "1"}
"""What a target is started with so that its log has its imports; never one that is measured."""
_PACKAGES: Final = frozenset({"site-packages", "dist-packages"})


@dataclass(frozen=True)
class Proof:
    """Whose files a target ran."""

    own: tuple[Path, ...]
    """Files of its own tree that were imported, sorted."""
    is_proven: bool | None
    """None: it imported files of no tree, so that nobody can know (`tree-unproven`)."""
    notice: str
    """Why it is not proven; empty where it is."""


def read_imports(
    log: Path,
    trees: Mapping[Arm, PreparedTree],
    arm: Arm,
    *,
    root: Path,
    command: Sequence[str] = (),
    cwd: Path | None = None,
) -> Proof:
    """Tell from a target's log, started with `IMPORTS_TOLD`, which tree's files it ran.

    Packages that were installed into an environment from a folder count as that folder's files.

    Args:
        log: of the target, whole or as far as it has come.
        trees: both sides.
        arm: whose target it was.
        root: the user's working tree.
        command: what started it: scripts are run and not imported.
        cwd: where it was started.

    Raises:
        TreeError: it ran a file of the other tree, or of the user's working tree; or the log
            can't be read.
    """
    places = _Places(trees, arm, root.resolve())
    try:
        imported = read_imported_files(log)
    except OSError as error:
        raise TreeError(f"The log {log} can't be read: {error}.") from error
    own = []
    for path in sorted({*imported, *_scripts(command, cwd or places.own.path)}):
        origin = places.origin(path)
        if places.is_own(origin):
            own.append(path)
        elif places.is_wrong(origin):
            raise places.error(path, origin)
    if own:
        return Proof(tuple(own), is_proven=True, notice="")
    return Proof((), is_proven=None, notice=_unproven(places.own, saw_any=bool(imported)))


def _scripts(command: Sequence[str], cwd: Path) -> Iterable[Path]:
    paths = (cwd / part for part in command if part.endswith((".py", ".pyz")))
    return [path for path in paths if path.is_file()]


def _unproven(tree: PreparedTree, *, saw_any: bool) -> str:
    because = (
        "it imported no file of either tree as it started"
        if saw_any
        else "it told of no imports, as if it were no Python program"
    )
    return (
        f"Nobody could see that the {tree.arm}'s target runs its own tree's files: {because}"
        f" (looked for files in {tree.path})."
    )


@dataclass(frozen=True)
class _Places:
    """The folders that a file of one arm's target may lie in."""

    trees: Mapping[Arm, PreparedTree]
    arm: Arm
    root: Path

    @property
    def own(self) -> PreparedTree:
        return self.trees[self.arm]

    @property
    def other(self) -> PreparedTree:
        return self.trees["candidate" if self.arm == "baseline" else "baseline"]

    def origin(self, path: Path) -> Path:
        """Return where a file's code comes from, links resolved."""
        resolved = path.resolve()
        return self.own.copies.get(resolved, resolved)

    def is_own(self, origin: Path) -> bool:
        """Whether it is code of this tree, and not of an environment that was made inside."""
        return origin.is_relative_to(self.own.path) and not _is_package(origin, self.own.path)

    def is_wrong(self, origin: Path) -> bool:
        """Whether it is another version's code: a user's own environment may lie in his tree."""
        if origin.is_relative_to(self.own.path):
            return False
        if origin.is_relative_to(self.other.path):
            return True
        return (
            origin.is_relative_to(self.root)
            and not _is_package(origin, self.root)
            and not any(origin.is_relative_to(prefix) for prefix in self._interpreters())
        )

    def _interpreters(self) -> Iterable[Path]:
        """Folders of interpreters and environments; one around the root tells nothing."""
        named = (sys.prefix, sys.base_prefix, self.own.environment.get("VIRTUAL_ENV") or sys.prefix)
        folders = (Path(prefix).resolve() for prefix in named)
        return [folder for folder in folders if not self.root.is_relative_to(folder)]

    def error(self, path: Path, origin: Path) -> TreeError:
        is_others = origin.is_relative_to(self.other.path)
        whose = f"the {self.other.arm}'s tree" if is_others else "the user's working tree"
        return TreeError(
            f"The {self.arm}'s target ran code of {whose} instead of its own tree's: {path}.",
            hint=self._reason(origin),
            evidence=(f"own tree: {self.own.path}", f"origin of the file: {origin}"),
        )

    def _reason(self, origin: Path) -> str:
        for lead in self.own.leads:
            if origin.is_relative_to(lead.target) or lead.target.is_relative_to(origin):
                return (
                    f"{lead.name or 'A package'} is installed from there into the environment"
                    f" ({lead.file}). Give each tree an environment of its own: `prepare` in the"
                    " [gate] table, such as"
                    ' [["{python}", "-m", "pip", "install", "-e", "."]].'
                )
        for entry in self.own.environment.get("PYTHONPATH", "").split(os.pathsep):
            if Path(entry).is_absolute() and origin.is_relative_to(Path(entry).resolve()):
                return f"PYTHONPATH names {entry}: unset it, or name a folder relative to the tree."
        return (
            "Look for an absolute path in its command, its env or its code; in commands {folder}"
            " stands for the experiment's folder in the tree."
        )


def _is_package(origin: Path, inside: Path) -> bool:
    """Whether a file below a folder is an installed package's, of an environment in there."""
    return not _PACKAGES.isdisjoint(origin.relative_to(inside).parts)
