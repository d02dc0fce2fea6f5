"""The file that slices are appended to, line by line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from bench.load.failure import DriverFailure


class Spool:
    """Append lines of JSON, each batch in one write."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise self._failure(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)

    def append(self, lines: Iterable[Mapping[str, object]]) -> None:
        """Write lines at the end of the file.

        Raises:
            DriverFailure: the file can't be written, for example because the disk is full.
        """
        batch = b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines)
        try:
            while batch:
                batch = batch[os.write(self._fd, batch) :]
        except OSError as error:
            raise self._failure(error) from error

    def _failure(self, error: OSError) -> DriverFailure:
        return DriverFailure("storage", f"Slices can't be written to {self._path}: {error}")
