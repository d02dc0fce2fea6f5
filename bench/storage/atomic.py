"""Write a file so that a reader sees all of it or nothing."""

from __future__ import annotations

import os
from pathlib import Path

from bench.storage.guarding import storing_in


def write_atomically(path: Path, text: str) -> None:
    """Write beside the file and move it into place once it is on the disk.

    Raises:
        StorageError: it can't be written; what was there before is unharmed.
    """
    write_bytes_atomically(path, text.encode())


def write_bytes_atomically(path: Path, content: bytes) -> None:
    """Write bytes, as `write_atomically` does text.

    Raises:
        StorageError: they can't be written; what was there before is unharmed.
    """
    draft = path.with_name(f".{path.name}.draft")
    with storing_in(path):
        try:
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
