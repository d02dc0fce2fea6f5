"""A file of lines that are text already: a worker's spool, or the slices of all workers."""

from __future__ import annotations

import os
from pathlib import Path

from bench.load.failure import DriverFailure


class LineFile:
    """Append whole lines, each batch in one write."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise self._failure(error) from error

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return os.fstat(self._fd).st_size

    def append(self, text: bytes) -> None:
        """Write whole lines at the end of the file.

        Raises:
            DriverFailure: the file can't be written, for example because the disk is full.
        """
        try:
            while text:
                text = text[os.write(self._fd, text) :]
        except OSError as error:
            raise self._failure(error) from error

    def read(self, from_byte: int) -> bytes:
        """Return what was written from a byte on.

        Raises:
            DriverFailure: the file can't be read.
        """
        try:
            return os.pread(self._fd, self.size - from_byte, from_byte)
        except OSError as error:
            raise self._failure(error) from error

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)

    def _failure(self, error: OSError) -> DriverFailure:
        return DriverFailure("storage", f"Slices can't be kept in {self._path}: {error}")
