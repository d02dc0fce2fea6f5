"""The raw side of a trial: slices, readings, observations and answers."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from pydantic import TypeAdapter

from bench.model.answers import Answer
from bench.model.reading import Observation, ReadingLine
from bench.model.slices import SliceLine
from bench.storage.atomic import write_atomically
from bench.storage.guarding import reading_from
from bench.storage.lines import read_lines, read_tolerantly
from bench.storage.packed import exists, open_text

SLICES: Final = "slices.jsonl"
READINGS: Final = "readings.jsonl"
OBSERVATIONS: Final = "observations.jsonl"
ANSWERS: Final = "answers.json"

_SLICE: Final[TypeAdapter[SliceLine]] = TypeAdapter(SliceLine)
_READING: Final[TypeAdapter[ReadingLine]] = TypeAdapter(ReadingLine)
_OBSERVATION: Final[TypeAdapter[Observation]] = TypeAdapter(Observation)
_ANSWERS: Final[TypeAdapter[tuple[Answer, ...]]] = TypeAdapter(tuple[Answer, ...])


class Evidence(NamedTuple):
    """All raw lines of a trial."""

    slices: list[SliceLine]
    readings: list[ReadingLine]
    observations: list[Observation]
    unreadable_observations: int


def read_evidence(folder: Path) -> Evidence:
    """Read the raw files of a trial's folder.

    Raises:
        StorageError: one can't be read.
    """
    observations, unreadable = read_tolerantly(folder / OBSERVATIONS, _OBSERVATION)
    return Evidence(
        slices=read_slices(folder),
        readings=read_lines(folder / READINGS, _READING),
        observations=observations,
        unreadable_observations=unreadable,
    )


def read_slices(folder: Path) -> list[SliceLine]:
    """Read what the generator spooled of a trial.

    Raises:
        StorageError: it can't be read.
    """
    return read_lines(folder / SLICES, _SLICE)


def write_answers(folder: Path, answers: tuple[Answer, ...]) -> None:
    """Keep what a target answered before load, for later trials to be compared with."""
    write_atomically(folder / ANSWERS, _ANSWERS.dump_json(answers).decode())


def read_answers(folder: Path) -> tuple[Answer, ...] | None:
    """Read the answers of a trial; None: there are none.

    Raises:
        StorageError: they can't be read.
    """
    path = folder / ANSWERS
    if not exists(path):
        return None
    with reading_from(path), open_text(path) as file:
        return _ANSWERS.validate_json(file.read())
