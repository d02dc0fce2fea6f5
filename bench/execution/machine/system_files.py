"""The small files in which Linux tells about itself, read so that an odd system never raises."""

from __future__ import annotations

from pathlib import Path

ROOT = Path("/")
"""Where the system's files are; tests put a folder of samples in its place."""


def read_system_file(path: Path) -> str | None:
    """Return the text of a file without surrounding blanks; None where it can't be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except (OSError, ValueError):  # some sysfs files answer reads with EINVAL; NUL in a path
        return None


def read_system_number(path: Path) -> int | None:
    """Return the whole number that a file holds; None where it holds none."""
    text = read_system_file(path)
    try:
        return None if text is None else int(text)
    except ValueError:
        return None
