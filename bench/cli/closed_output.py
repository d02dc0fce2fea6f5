"""Closed output: a reader that goes away early changes nothing of the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO


@contextmanager
def tolerating_closed_output(stream: IO[str] | None = None) -> Iterator[None]:
    """Write to a stream, by default stdout, as far as somebody reads it, and go on after that."""
    written = stream or sys.stdout
    try:
        yield
        written.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), written.fileno())
    except SystemExit as end:  # rich has seen it, and done the same
        if not isinstance(end.__context__, BrokenPipeError):
            raise
