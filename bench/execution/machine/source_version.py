"""Which commit a run belongs to: that of the repository that one stands in as it begins."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final

_WITHIN_S: Final = 10.0


def read_source_version(folder: Path) -> tuple[str | None, bool | None]:
    """Return the commit that a folder is at, and whether files differ from it.

    Both are None where the folder is in no repository, or git is not there.
    """
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None:
        return None, None
    changes = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return commit, None if changes is None else bool(changes)


def _git(folder: Path, *arguments: str) -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    try:
        done = subprocess.run(
            [git, *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=_WITHIN_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
