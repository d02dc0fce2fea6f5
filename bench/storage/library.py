"""Where experiments come from: those that were installed, and files of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bench.errors import ExperimentFileError
from bench.storage.guarding import reading_from

BUILT_IN: Final = Path(__file__).resolve().parents[2] / "scenarios"
"""Found beside this package, never by the current folder, which may hold one of the same name."""

SUITE_FILE: Final = "suite.toml"


def find_built_in() -> dict[str, Path]:
    """Return the installed experiment files by name, in alphabetical order."""
    return {path.stem: path for path in sorted(BUILT_IN.glob("*.toml")) if path.name != SUITE_FILE}


def is_file_name(given: str) -> bool:
    """Tell the path of an experiment file from the name of an installed one."""
    return given.endswith(".toml") or "/" in given


def read_text(path: Path) -> str:
    """Read an experiment or suite file.

    Raises:
        ExperimentFileError: there is no such file.
        StorageError: it can't be read.
    """
    if not path.is_file():
        raise ExperimentFileError(
            f"There is no file {path}.", hint="`bench list` shows the experiments that there are."
        )
    with reading_from(path):
        return path.read_text(encoding="utf-8-sig")  # some editors begin with a mark
