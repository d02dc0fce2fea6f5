"""Fields of an event's JSON: `$.n`, `$.meta.stamps[0]`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

_STEP: Final = re.compile(r"\.([^.\[\]\s]+)|\[([0-9]{1,9})\]")
_FIELD: Final = re.compile(rf"\$(?:{_STEP.pattern})+")

Field = Callable[[Any], Any]
"""Finds a field in what JSON was read as; raises `LookupError` or `TypeError`."""


def parse_field(text: str) -> Field:
    """Return what finds a field.

    Raises:
        ValueError: this names none.

    >>> parse_field("$.meta.stamps[0]")({"meta": {"stamps": [12.5]}})
    12.5
    """
    if not isinstance(text, str) or not _FIELD.fullmatch(text):
        raise ValueError(f"{text!r} is no field of an event; write it like $.n or $.meta.stamps[0]")
    steps = [name or int(index) for name, index in _STEP.findall(text)]
    if len(steps) == 1:
        return _find_one(steps[0])

    def find(read: Any) -> Any:
        for step in steps:
            read = read[step]
        return read

    return find


def _find_one(step: str | int) -> Field:
    return lambda read: read[step]
