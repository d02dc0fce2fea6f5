"""What differs in a working tree from its commit, staged or not, and what is new in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from bench.errors import UsageError
from bench.execution.trees.git import Git

_UNTRACKED: Final = "??"
_SHOWN: Final = 5


@dataclass(frozen=True)
class Changes:
    """Paths relative to the root. Where a path is removed and new as well, it is there."""

    removed: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    """Or added to the index, or another mode or type."""
    untracked: tuple[str, ...] = ()
    """And not ignored."""
    left_out: tuple[str, ...] = ()
    """Untracked folders that are repositories or virtual environments of their own."""

    def __bool__(self) -> bool:
        return bool(self.is_of_known_files or self.untracked)

    @property
    def is_of_known_files(self) -> bool:
        """Whether files that git knows were changed; new ones may be a pipeline's by-products."""
        return bool(self.removed or self.modified)

    @property
    def summary(self) -> str:
        """How many of each kind, in words."""
        kinds = (("changed", self.modified), ("removed", self.removed), ("new", self.untracked))
        return ", ".join(f"{len(paths)} {kind} ({_few(paths)})" for kind, paths in kinds if paths)


def read_changes(git: Git, leave_out: Iterable[Path] = ()) -> Changes:
    """Read what is not committed; nothing is changed by it, not even the index.

    Args:
        git: at the root of a working tree.
        leave_out: untracked files below these folders are not looked at.

    Raises:
        UsageError: a merge is not finished.
        TreeError: git failed.
    """
    removed, modified, untracked = [], [], []
    # without renames: what is gone is one entry, and what has come another
    entries = git.names(
        *("status", "--porcelain=v1", "-z", "--no-renames"),
        *("--untracked-files=all", "--ignore-submodules=all"),
    )
    for entry in entries:
        state, path = entry[:2], entry[3:]
        if "U" in state or state in ("AA", "DD"):
            raise UsageError(
                f"{path} has conflicts of a merge that is not finished.",
                hint="Finish the merge, or undo it with git merge --abort.",
            )
        if state == _UNTRACKED:
            untracked.append(path)
        elif "D" in state:
            removed.append(path)
        else:
            modified.append(path)
    kept, left_out = _without_foreign(git.folder, untracked, tuple(leave_out))
    return Changes(tuple(removed), tuple(modified), kept, left_out)


def _without_foreign(
    root: Path, untracked: list[str], leave_out: tuple[Path, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tell new files from folders that are no part of the project, whatever .gitignore forgot."""

    @cache
    def foreign(folder: Path) -> Path | None:
        if folder == root:
            return None
        if (folder / "pyvenv.cfg").exists() or (folder / "conda-meta").exists():
            return folder
        return foreign(folder.parent)

    kept: list[str] = []
    left_out: dict[str, None] = {}
    for path in untracked:
        around = foreign((root / path).parent)
        if around is not None:
            left_out[f"{around.relative_to(root)}/"] = None
        elif path.endswith("/"):  # git doesn't look into repositories of their own
            left_out[path] = None
        elif not any((root / path).is_relative_to(folder) for folder in leave_out):
            kept.append(path)
    return tuple(kept), tuple(left_out)


def _few(paths: tuple[str, ...]) -> str:
    more = ", …" if len(paths) > _SHOWN else ""
    return ", ".join(paths[:_SHOWN]) + more
