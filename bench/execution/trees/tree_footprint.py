"""What files a folder has, to see whether a command left something in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_NOT_LOOKED_AT: Final = frozenset({".git", "__pycache__"})

Footprint = dict[str, tuple[int, int, int]]


def read_footprint(folder: Path) -> Footprint:
    """Return mode, size and time of each file; not those that Python and git keep for themselves.

    A folder counts by its mode alone: its time also changes with what is not looked at.
    """
    found: Footprint = {}
    waiting = [str(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.name in _NOT_LOOKED_AT:
                    continue
                state = entry.stat(follow_symlinks=False)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                    found[entry.path] = (state.st_mode, 0, 0)
                else:
                    found[entry.path] = (state.st_mode, state.st_size, state.st_mtime_ns)
    return found
