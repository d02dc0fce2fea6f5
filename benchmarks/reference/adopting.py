"""Adopting: a run of some clone becomes a reference run, without the path of that clone."""

from __future__ import annotations

import lzma
import shutil
from pathlib import Path

from bench.storage.packed import SUFFIX
from bench.storage.packing import pack_run

_MADE_ANEW = shutil.ignore_patterns("report.html")


def adopt(run: Path, reference: Path) -> Path:
    """Copy a run, pack it, and write paths of the project it was measured in relative to that.

    Args:
        run: the run's folder, in the `results` of a clone.
        reference: the folder that holds the reference runs.

    Returns:
        the run's folder among the reference runs.

    Raises:
        FileExistsError: that run is one of them already.
        StorageError: a file can't be read or written.
    """
    project = str(run.resolve().parents[1]).encode()
    adopted = Path(shutil.copytree(run, reference / run.name, ignore=_MADE_ANEW))
    for path in sorted(adopted.rglob("*")):
        if path.is_file():
            _forget(path, project)
    pack_run(adopted)
    return adopted


def _forget(path: Path, project: bytes) -> None:
    packed = path.suffix == SUFFIX
    content = path.read_bytes()
    text = lzma.decompress(content) if packed else content
    if project in text:
        text = text.replace(project, b".")
        path.write_bytes(lzma.compress(text) if packed else text)
