"""JSON paths: a small syntax for the parts of a document that may differ."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

Step = str | int
"""A key or an index."""

_STEP: Final = re.compile(
    r"""
    \.(?P<name>[^.\[\]\s\x00-\x1f"*]+)
    | \[(?P<index>[0-9]{1,9})\]
    | \[(?P<key>"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9A-Fa-f]{4})*")\]
    | (?P<any>\[\*\])
    """,
    re.VERBOSE,
)
"""The same syntax as in the pattern of `[same] ignore`, which refuses a path with its file."""


class JsonPath:
    """A path such as `$.items[*].id`, `$.rows[0]` or `$["a key"].b`; `[*]` means every child."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.steps = tuple(_read_steps(text))


def remove_paths(document: Any, paths: Iterable[JsonPath]) -> Any:
    """Return a document without the parts that any of the paths leads to.

    All paths are followed in the document as it was, so that removing `[0]` leaves `[1]` what it
    is. Where a path leads nowhere, nothing is removed.

    >>> remove_paths({"a": [{"b": 1, "c": 2}, {"c": 3}]}, [JsonPath("$.a[*].c")])
    {'a': [{'b': 1}, {}]}
    >>> remove_paths([10, 20, 30], [JsonPath("$[0]"), JsonPath("$[1]")])
    [30]
    """
    return _remove(document, [path.steps for path in paths])


def find_json_differences(reference: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield where two documents differ: the path and both sides there, in document order.

    Numbers are equal by value and true is not 1. A missing key or element is `MISSING`.

    >>> list(find_json_differences({"a": 1, "b": [1, 2]}, {"a": 1.0, "b": [1, 3]}))
    [('$.b[1]', 2, 3)]
    """
    # A stack of our own: a document may be nested deeper than Python's.
    waiting: list[tuple[str, Any, Any]] = [("$", reference, other)]
    while waiting:
        path, left, right = waiting.pop()
        if isinstance(left, dict) and isinstance(right, dict):
            waiting += reversed(list(_pair_members(path, left, right)))
        elif isinstance(left, list) and isinstance(right, list):
            waiting += reversed(list(_pair_elements(path, left, right)))
        elif isinstance(left, bool) != isinstance(right, bool) or left != right:
            yield path, left, right


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING: Final = _Missing()
"""Stands for a part that one document has and the other has not."""


def _read_steps(text: str) -> Iterator[Step | None]:
    if len(text) < 2 or text[0] != "$":
        raise ValueError(
            f"{text!r} is no path to a part of a JSON document; write it like $.items[*].id"
        )
    position = 1
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None:
            raise ValueError(
                f"{text!r} can't be understood from {text[position:]!r} on; "
                'a step is .name, ["name"], [0] or [*]'
            )
        position = match.end()
        yield _read_step(match)


def _read_step(match: re.Match[str]) -> Step | None:
    if match["name"] is not None:
        return match["name"]
    if match["index"] is not None:
        return int(match["index"])
    return None if match["any"] else str(json.loads(match["key"]))


def _remove(document: Any, paths: list[tuple[Step | None, ...]]) -> Any:
    if isinstance(document, dict):
        kept = _keep(document.items(), paths)
        return dict(kept)
    if isinstance(document, list):
        return [child for _, child in _keep(enumerate(document), paths)]
    return document


def _keep(
    children: Iterable[tuple[Step, Any]], paths: list[tuple[Step | None, ...]]
) -> Iterator[tuple[Step, Any]]:
    for key, child in children:
        onward = [path[1:] for path in paths if path[0] is None or path[0] == key]
        if not onward:
            yield key, child
        elif all(onward):
            yield key, _remove(child, onward)


def _pair_members(
    path: str, left: dict[str, Any], right: dict[str, Any]
) -> Iterator[tuple[str, Any, Any]]:
    for key in dict.fromkeys((*left, *right)):
        step = f".{key}" if _STEP.fullmatch(f".{key}") else f"[{json.dumps(key)}]"
        yield path + step, left.get(key, MISSING), right.get(key, MISSING)


def _pair_elements(path: str, left: list[Any], right: list[Any]) -> Iterator[tuple[str, Any, Any]]:
    for index in range(max(len(left), len(right))):
        yield (
            f"{path}[{index}]",
            left[index] if index < len(left) else MISSING,
            right[index] if index < len(right) else MISSING,
        )
