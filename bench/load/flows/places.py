"""Places in an answer: `status`, `body`, `header:NAME`, `json:$.items[0].id`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final, Protocol

from bench.load.http.response import Headers

_STEP: Final = re.compile(r"\.([^.\[\]\s]+)|\[([0-9]{1,9})\]")


class Answered(Protocol):
    """What places are looked up in."""

    @property
    def status(self) -> int:
        """The status code."""

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """Names and values, as they came."""

    @property
    def body(self) -> bytes:
        """The body, whole."""


class NoSuchPlaceError(LookupError):
    """An answer does not have what is looked for."""


Place = Callable[[Answered], Any]
"""Looks something up in an answer; raises `NoSuchPlaceError`."""


def parse_place(text: str) -> Place:
    """Return what looks a place up.

    Raises:
        ValueError: this is no place.
    """
    kind, _, rest = text.partition(":")
    if text == "status":
        return lambda answer: answer.status
    if text == "body":
        return lambda answer: answer.body.decode("utf-8", "replace")
    if kind == "header" and rest:
        return lambda answer: _find_header(answer, rest)
    if kind == "json" and rest.startswith("$"):
        steps = _parse_steps(rest[1:], text)
        return lambda answer: _find_in_json(answer.body, steps, rest)
    raise ValueError(f"{text!r} is no place in an answer: status, body, header:NAME or json:$.a[0]")


def _find_header(answer: Answered, name: str) -> str:
    try:
        return Headers(answer.headers)[name]
    except KeyError:
        raise NoSuchPlaceError(f"there is no header {name}") from None


def _parse_steps(path: str, whole: str) -> list[str | int]:
    steps: list[str | int] = []
    end = 0
    for match in _STEP.finditer(path):
        if match.start() != end:
            break
        steps.append(match.group(1) if match.group(2) is None else int(match.group(2)))
        end = match.end()
    if end != len(path):
        raise ValueError(f"{whole!r} can't be read from {path[end:]!r} on")
    return steps


def _find_in_json(body: bytes, steps: list[str | int], path: str) -> Any:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise NoSuchPlaceError("the body is no JSON") from None
    for step in steps:
        if not isinstance(found, list if isinstance(step, int) else dict):
            raise NoSuchPlaceError(f"there is no {path}")
        parts: Any = found
        try:
            found = parts[step]
        except LookupError:
            raise NoSuchPlaceError(f"there is no {path}") from None
    return found
