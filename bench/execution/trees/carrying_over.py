"""Lay what is not committed over a checked out tree, byte for byte."""

from __future__ import annotations

import contextlib
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path

from bench.errors import TreeError
from bench.execution.trees.changes import Changes


def carry_over(changes: Changes, source: Path, tree: Path) -> None:
    """Make a tree of the same commit equal to the working tree, which is only read.

    Files are copied as they lie there, since what git would store and check out again goes
    through filters; links stay links, and modes and times stay.

    Args:
        changes: of the working tree.
        source: the working tree's root.
        tree: where its commit was checked out.

    Raises:
        TreeError: a file can't be read or written.
    """
    # first what makes room: a folder may stand where a file was, and the other way round
    for path in changes.removed:
        _remove(tree, tree / path)
    for path in (*changes.modified, *changes.untracked):
        try:
            _copy(source / path, tree / path)
        except OSError as error:
            raise TreeError(
                f"{source / path} can't be taken over into the candidate's tree: {error}.",
                hint="Commit it, ignore it in .gitignore, or make it readable.",
            ) from error


def _remove(tree: Path, path: Path) -> None:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        path.unlink()
    for folder in _folders_up_to(tree, path):
        try:
            folder.rmdir()  # git has no empty folders
        except OSError:
            return


def _folders_up_to(tree: Path, path: Path) -> Iterable[Path]:
    return (folder for folder in path.parents if folder != tree and tree in folder.parents)


def _copy(source: Path, target: Path) -> None:
    try:
        mode = source.lstat().st_mode
    except FileNotFoundError:
        return  # somebody removed it meanwhile
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)  # never write through a link
    shutil.copy2(source, target, follow_symlinks=False)
