"""The files that Python programs imported, read from what they print under PYTHONVERBOSE.

Its lines differ little from 3.11 to 3.13. Of a module that was compiled before::

    # /app/__pycache__/shop.cpython-311.pyc matches /app/shop.py
    # code object from '/app/__pycache__/shop.cpython-311.pyc'

of one that is compiled now, and of one in C::

    # code object from /app/shop.py
    # extension module 'fast' loaded from '/app/fast.so'
"""

from __future__ import annotations

import ast
import importlib.util
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_CHUNK_BYTES: Final = 1 << 16
"""Longer lines are none of Python's."""
_QUOTED: Final = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
# Workers that write to one log may share a line: an entry is found wherever it begins, and a path
# without quotes ends where its suffix is followed by the line's end or by another's entry.
_ENTRY: Final = re.compile(
    rf"# code object from (?P<code>{_QUOTED})"
    r"|# code object from (?P<source>/.+?\.pyw?)(?=#|import '|\s*$)"
    r"|# (?P<compiled>/.+?\.pyc) matches (?P<of>/.+?\.pyw?)(?=#|import '|\s*$)"
    rf"|# extension module (?:{_QUOTED}) loaded from (?P<extension>{_QUOTED})"
)
_TOLD: Final = re.compile(
    r"# |import ('|\w+ #)|Processing (global|user|\.pth)|Adding directory: '"
    r"|Python \d[\d.]+ .*\[|Type \"help\""
)
_WORTH_A_LOOK: Final = (b"# code object from", b".pyc matches ", b"# extension module")


def read_imported_files(log: Path) -> frozenset[Path]:
    """Return the files whose code was loaded, as Python named them; empty: nothing was seen.

    The script that a command names is not among them: Python does not import it.

    Args:
        log: of any size; whatever else a program wrote to it is passed over.

    Raises:
        OSError: it can't be read.
    """
    files: set[Path] = set()
    compiled: set[str] = set()
    for line in _lines(log):
        for entry in _ENTRY.finditer(line):
            if entry["of"]:
                # the source decides: compiled files may be kept anywhere (PYTHONPYCACHEPREFIX)
                compiled.add(entry["compiled"])
                files.add(Path(entry["of"]))
            elif entry["source"]:
                files.add(Path(entry["source"]))
            else:
                path = _unquoted(entry["code"] or entry["extension"])
                if path and path not in compiled:
                    files.add(_source_of(path))
    return frozenset(files)


def read_own_words(log: Path, lines: int = 20) -> tuple[str, ...]:
    """Return the last lines of a log that are a program's own, and not what Python told.

    Args:
        log: of a program that was started with PYTHONVERBOSE; where there is none, nothing.
        lines: how many at most.
    """
    own: deque[str] = deque(maxlen=lines)
    try:
        with log.open(encoding="utf-8", errors="replace") as stream:
            own.extend(line.rstrip("\n") for line in stream if not _TOLD.match(line))
    except OSError:
        return ()
    return tuple(own)


def _lines(log: Path) -> Iterator[str]:
    with log.open("rb") as stream:
        while chunk := stream.readline(_CHUNK_BYTES):
            if any(mark in chunk for mark in _WORTH_A_LOOK):
                yield chunk.decode(errors="surrogateescape")


def _unquoted(text: str) -> str | None:
    try:
        path = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None
    return path if isinstance(path, str) and path.startswith("/") else None


def _source_of(path: str) -> Path:
    try:
        return Path(importlib.util.source_from_cache(path))
    except (ValueError, NotImplementedError):  # an extension, or compiled code without a source
        return Path(path)
