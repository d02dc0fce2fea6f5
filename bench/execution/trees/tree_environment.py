"""The environment variables of a tree's commands and targets."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bench.execution.targets.variables import child_environment
from bench.execution.trees.git import without_git_variables

_LEAD_ELSEWHERE: Final = (
    *("PYTHONHOME", "__PYVENV_LAUNCHER__"),
    *("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "UV_SYSTEM_PYTHON"),
    *("PWD", "OLDPWD"),  # a shell's idea of where it is: in the user's working tree
)


def tree_environment(
    caller: Mapping[str, str], *, tree: Path, root: Path, virtual: Path | None
) -> dict[str, str]:
    """Return the environment of a tree's processes: the caller's, led into this tree alone.

    Args:
        caller: the caller's environment.
        tree: the tree's folder.
        root: the user's working tree: what PYTHONPATH names in it is named in the tree instead.
        virtual: the tree's virtual environment; None: bench's own.
    """
    python = sys.executable if virtual is None else str(virtual / "bin" / "python")
    kept = {
        name: value
        for name, value in child_environment(without_git_variables(caller), python).items()
        if name not in _LEAD_ELSEWHERE
    }
    if "PYTHONPATH" in kept:
        kept["PYTHONPATH"] = _moved(kept["PYTHONPATH"], root, tree)
    if virtual is None:
        return kept
    return kept | {
        "PATH": os.pathsep.join([str(virtual / "bin"), kept["PATH"]]),
        "VIRTUAL_ENV": str(virtual),
        "UV_PROJECT_ENVIRONMENT": str(virtual),  # uv would make `.venv` in the tree
    }


def _moved(search_path: str, root: Path, tree: Path) -> str:
    """Move each absolute folder of a search path from one tree to another, and keep the rest."""
    return os.pathsep.join(_moved_one(entry, root, tree) for entry in search_path.split(os.pathsep))


def _moved_one(entry: str, root: Path, tree: Path) -> str:
    if not Path(entry).is_absolute():
        return entry
    resolved = Path(entry).resolve()
    return str(tree / resolved.relative_to(root)) if resolved.is_relative_to(root) else entry
