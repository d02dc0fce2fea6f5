"""Packing: what a stored run's trials left, compressed in place; it is read as before.

`run.json` stays as it is, and says which run it is. xz, since lines that differ in a few digits
shrink to a tenth, and Python reads it without any library.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.errors import StorageError
from bench.storage.atomic import write_bytes_atomically
from bench.storage.guarding import storing_in
from bench.storage.packed import packed_path
from bench.storage.run_folder import SERVICES, SET_ASIDE, TRIAL_FILE, TRIALS, TRIED

_RAW: Final = frozenset({".jsonl", ".log", ".journal"})
_RAW_NAMES: Final = frozenset({"answers.json", "generator.json", TRIAL_FILE})


def pack_run(folder: Path) -> tuple[int, int]:
    """Compress the files of a run that is whole; return their bytes before and after.

    Each file is replaced once its compressed form is written: an interruption loses nothing.

    Raises:
        StorageError: a file can't be read or written.
    """
    before = after = 0
    for path in _list_raw(folder):
        packed = packed_path(path)
        with storing_in(folder):
            content = path.read_bytes()
            write_bytes_atomically(packed, lzma.compress(content))
            path.unlink()
        before += len(content)
        after += packed.stat().st_size
    return before, after


def refuse_unfinished(unfinished: int, path: Path) -> None:
    """Refuse to pack a run that may still be resumed.

    Raises:
        StorageError: it lacks trials.
    """
    if unfinished:
        raise StorageError(
            f"{path} lacks {unfinished} trials, and could not be resumed once it is packed.",
            hint=f"Measure the rest first: bench run --resume {path}",
        )


def _list_raw(folder: Path) -> Iterator[Path]:
    for part in (TRIALS, TRIED, SET_ASIDE, SERVICES):
        for path in sorted((folder / part).rglob("*")):
            if path.is_file() and (path.suffix in _RAW or path.name in _RAW_NAMES):
                yield path
