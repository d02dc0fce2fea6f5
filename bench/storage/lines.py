"""Files of records, one JSON object a line, appended to while a trial goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from bench.errors import StorageError
from bench.storage.guarding import reading_from, storing_in
from bench.storage.packed import exists, open_text

_Line = TypeVar("_Line")


def append_lines(path: Path, records: Iterable[BaseModel]) -> None:
    """Append records to a file, in one write.

    Raises:
        StorageError: it can't be written.
    """
    text = "".join(f"{record.model_dump_json()}\n" for record in records)
    with storing_in(path), path.open("a", encoding="utf-8") as file:
        file.write(text)


def read_lines(path: Path, line_type: TypeAdapter[_Line]) -> list[_Line]:
    """Read all records of a file; one that isn't there has none.

    A last line without its line feed was torn by the end of its writer, and is left out.

    Raises:
        StorageError: a whole line is no such record; the message names it.
    """
    if not exists(path):
        return []
    return [_parse(path, number, line, line_type) for number, line in _whole_lines(path)]


def read_tolerantly(path: Path, line_type: TypeAdapter[_Line]) -> tuple[list[_Line], int]:
    """Read the records of a file that others write, and count the lines that are none.

    Raises:
        StorageError: the file can't be read at all.
    """
    records: list[_Line] = []
    unreadable = 0
    if exists(path):
        for _, line in _whole_lines(path):
            try:
                records.append(line_type.validate_json(line))
            except ValidationError:
                unreadable += 1
    return records, unreadable


def _whole_lines(path: Path) -> Iterator[tuple[int, str]]:
    with reading_from(path), open_text(path) as file:
        for number, line in enumerate(file, 1):
            if line.endswith("\n"):
                yield number, line


def _parse(path: Path, number: int, line: str, line_type: TypeAdapter[Any]) -> Any:
    try:
        return line_type.validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        raise StorageError(
            f"{path}, line {number} can't be read: {first['msg']}.",
            hint="Remove the trial's folder and finish the run with `bench run --resume`.",
        ) from None
