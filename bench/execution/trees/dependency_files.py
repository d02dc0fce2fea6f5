"""The files that a tree's environment depends on, and what they come to."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from bench.errors import TreeError

_REFERENCE: Final = re.compile(
    r"^\s*(?:-r|-c|--requirement|--constraint)[\s=]*(?P<path>[^\s#]+)", re.MULTILINE
)
"""A line of a requirements file that takes another one in."""
_INSTALLERS: Final = ("PIP_", "UV_", "POETRY_", "PDM_")
"""Variables that decide what is installed, such as an index or a constraint."""


def environment_key(
    tree: Path,
    patterns: Sequence[str],
    commands: Sequence[Sequence[str]],
    environment: Mapping[str, str],
) -> str:
    """Return a digest that is equal where a virtual environment would be made alike.

    Args:
        tree: the tree's folder, before anything is made in it.
        patterns: the files that it depends on, as `find_dependency_files` takes them.
        commands: what makes it.
        environment: the caller's.

    Raises:
        TreeError: a file can't be read.
    """
    files = find_dependency_files(tree, patterns, commands)
    described = {
        "files": {str(path.relative_to(tree)): _digest(path) for path in files},
        "commands": [list(command) for command in commands],
        "python": [sys.version, sys.base_prefix, platform.platform()],
        "installers": {
            name: value for name, value in environment.items() if name.startswith(_INSTALLERS)
        },
    }
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:32]


def find_dependency_files(
    tree: Path, patterns: Sequence[str], commands: Sequence[Sequence[str]] = ()
) -> list[Path]:
    """Find a tree's files that match, that such files take in (`-r`), or that commands name.

    A pattern without a slash is that of a name in any folder, one with a slash that of a path.
    """
    waiting = [*_matching(tree, patterns), *_named(tree, commands)]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += _taken_in(tree, path)
    return sorted(found)


def _matching(tree: Path, patterns: Sequence[str]) -> Iterator[Path]:
    for folder, folders, names in os.walk(tree):
        folders[:] = [name for name in folders if name != ".git"]
        for name in names:
            path = Path(folder, name)
            within = path.relative_to(tree).as_posix()
            if path.is_file() and any(
                fnmatch(within if "/" in pattern else name, pattern) for pattern in patterns
            ):
                yield path


def _named(tree: Path, commands: Sequence[Sequence[str]]) -> Iterator[Path]:
    for command in commands:
        # a word of its own, or one in a script for a shell
        for word in (word for argument in command for word in (argument, *argument.split())):
            path = _inside(tree, tree, word.strip("'\";").replace("{tree}", str(tree)))
            if path is not None:
                yield path


def _taken_in(tree: Path, path: Path) -> Iterator[Path]:
    if path.suffix not in (".txt", ".in"):
        return
    for reference in _REFERENCE.finditer(path.read_text(errors="replace")):
        other = _inside(tree, path.parent, reference["path"])
        if other is not None:
            yield other


def _inside(tree: Path, folder: Path, text: str) -> Path | None:
    """Return the file of a tree that a text names, if there is such a file."""
    path = Path(os.path.normpath(folder / text))
    try:
        return path if path.is_relative_to(tree) and path.is_file() else None
    except (OSError, ValueError):  # too long for a name, or with NUL in it: no path at all
        return None


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise TreeError(f"{path}, on which the environment depends, can't be read: {error}.") from (
            error
        )
