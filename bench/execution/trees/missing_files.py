"""What a person may miss in a checked out tree: ignored files, submodules, contents kept by LFS."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from bench.execution.trees.git import Git

_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_LOOKED_AT: Final = 20
"""Files that LFS keeps; either all are pointers or, fetched by the same filter, none."""
_SHOWN: Final = 6
_BY_PRODUCTS: Final = re.compile(
    r"(.*/)?(__pycache__|\.[a-z_]+_cache|\.(nox|tox|hypothesis|coverage.*|DS_Store|idea|vscode)"
    r"|[^/]+\.egg-info|[^/]+\.py[co]|build|dist|htmlcov)/?"
)
"""Ignored in most repositories, and missed by no service."""


def ignored_files(git: Git, leave_out: Iterable[Path] = ()) -> str | None:
    """Say which ignored files a working tree has, such as `.env`: they are in no checkout.

    Args:
        git: at the root of the working tree.
        leave_out: folders that nobody misses.
    """
    known = [git.folder / folder for folder in leave_out]
    everything = git.names(
        *("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
    )
    paths = [
        path
        for path in everything
        if git.folder / path not in known and _is_missed(git.folder, path)
    ]
    if not paths:
        return None
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return (
        f"What git ignores is in neither tree: {', '.join(paths[:_SHOWN])}{more}. Commands under"
        " `prepare` in the [gate] table can make what a target needs of it."
    )


def _is_missed(root: Path, path: str) -> bool:
    """A folder that git has nothing in may be left of a branch, with compiled files alone."""
    if _BY_PRODUCTS.fullmatch(path):
        return False
    if not path.endswith("/"):
        return True
    for _, folders, names in os.walk(root / path):
        folders[:] = [name for name in folders if not _BY_PRODUCTS.fullmatch(name)]
        if any(not _BY_PRODUCTS.fullmatch(name) for name in names):
            return True
    return False


def missing_contents(git: Git) -> Iterator[str]:
    """Say which contents a checked out tree has not got, and how it would get them.

    Args:
        git: at the root of the tree.
    """
    submodules = _submodules(git)
    if submodules:
        yield (
            f"Submodules are not checked out: {', '.join(submodules)}. If a target needs them:"
            ' prepare = [["git", "submodule", "update", "--init", "--recursive"]] in [gate].'
        )
    pointer = next(_lfs_pointers(git), None)
    if pointer is not None:
        yield (
            f"Git LFS is not set up here: {pointer} is a pointer and not the file itself. Install"
            " git-lfs and run `git lfs install` and `git lfs fetch --all`."
        )


def _submodules(git: Git) -> list[str]:
    if not (git.folder / ".gitmodules").is_file():
        return []
    found = git.ask("config", "--file", ".gitmodules", "--get-regexp", r"submodule\..*\.path")
    paths = [line.partition(" ")[2] for line in (found or "").splitlines()]
    return [path for path in paths if not _has_files(git.folder / path)]


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _lfs_pointers(git: Git) -> Iterator[str]:
    for path in git.names("ls-files", "-z", "--", ":(attr:filter=lfs)")[:_LOOKED_AT]:
        file = git.folder / path
        if not file.is_file():
            continue
        with file.open("rb") as contents:
            if contents.read(len(_POINTER)) == _POINTER:
                yield path
