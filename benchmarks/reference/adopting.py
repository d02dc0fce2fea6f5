"""Adopting: a run of some clone becomes a reference run, without paths of the machine."""

from __future__ import annotations

import lzma
import shutil
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from bench.storage.packed import SUFFIX
from bench.storage.packing import pack_run

_MADE_ANEW = shutil.ignore_patterns("report.html")


def adopt(run: Path, reference: Path) -> Path:
    """Copy a run and pack it; paths of its project and of Python's library become relative.

    Args:
        run: the run's folder, in the `results` of a clone.
        reference: the folder that holds the reference runs.

    Returns:
        the run's folder among the reference runs.

    Raises:
        FileExistsError: that run is one of them already.
        StorageError: a file can't be read or written.
    """
    names = {
        str(run.resolve().parents[1]).encode(): b".",
        sysconfig.get_path("stdlib").encode(): b"(stdlib)",
    }
    adopted = Path(shutil.copytree(run, reference / run.name, ignore=_MADE_ANEW))
    for path in sorted(adopted.rglob("*")):
        if path.is_file():
            _rename(path, names)
    pack_run(adopted)
    return adopted


def _rename(path: Path, names: Mapping[bytes, bytes]) -> None:
    packed = path.suffix == SUFFIX
    content = path.read_bytes()
    text = before = lzma.decompress(content) if packed else content
    for folder, name in names.items():
        text = text.replace(folder, name)
    if text != before:
        path.write_bytes(lzma.compress(text) if packed else text)
