"""Calibrations beside the runs: the latest of each machine, by its fingerprint."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from pydantic import ValidationError

from bench.errors import StorageError
from bench.model.calibration import Calibration
from bench.model.record import Record
from bench.storage.atomic import write_atomically
from bench.storage.guarding import reading_from, storing_in

CALIBRATION_FILE: Final = "calibration.json"
_Version = Literal[1]


class _Calibrations(Record):
    """What the file holds."""

    version: _Version = 1
    calibrations: tuple[Calibration, ...] = ()


def keep_calibration(results: Path, calibration: Calibration) -> Path:
    """Keep a calibration in place of an earlier one of the same machine; return the file.

    Raises:
        StorageError: the file can't be read or written.
    """
    others = [
        kept for kept in read_calibrations(results) if kept.fingerprint != calibration.fingerprint
    ]
    path = results / CALIBRATION_FILE
    with storing_in(results):
        results.mkdir(parents=True, exist_ok=True)
    document = _Calibrations(calibrations=(*others, calibration))
    write_atomically(path, document.model_dump_json(indent=1))
    return path


def find_calibration(results: Path, fingerprint: str) -> Calibration | None:
    """Return the calibration of a machine; None: it has none.

    Raises:
        StorageError: the file can't be read.
    """
    found = (kept for kept in read_calibrations(results) if kept.fingerprint == fingerprint)
    return next(found, None)


def read_calibrations(results: Path) -> tuple[Calibration, ...]:
    """Return the calibrations that a results folder holds, one for each machine.

    Raises:
        StorageError: the file can't be read, or is none of this version's.
    """
    path = results / CALIBRATION_FILE
    if not path.exists():
        return ()
    with reading_from(path):
        text = path.read_text(encoding="utf-8")
    try:
        kept = _Calibrations.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise StorageError(
            f"{path} can't be read: {f'{key}: ' if key else ''}{first['msg']}.",
            hint="Remove it, and measure anew with `bench calibrate`.",
        ) from None
    return kept.calibrations
