"""Files of a run that may have been packed: the same name with `.xz` at its end, read as before."""

from __future__ import annotations

import lzma
from pathlib import Path
from typing import IO, Final

SUFFIX: Final = ".xz"


def open_text(path: Path) -> IO[str]:
    """Open a file for reading, packed or not.

    Raises:
        FileNotFoundError: it is there in neither form.
    """
    packed = packed_path(path)
    if packed.exists() and not path.exists():
        return lzma.open(packed, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def exists(path: Path) -> bool:
    """Tell whether a file is there, packed or not."""
    return path.exists() or packed_path(path).exists()


def packed_path(path: Path) -> Path:
    """Return where a file is once it is packed."""
    return path.with_name(path.name + SUFFIX)
