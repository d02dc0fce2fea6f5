"""Grouping: rows by what they have in common, in one pass."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

Row = TypeVar("Row")
Key = TypeVar("Key", bound=Hashable)


def group_by(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, list[Row]]:
    """Group rows by a key, in the order in which keys first occur.

    >>> group_by(["ant", "bee", "asp"], lambda word: word[0])
    {'a': ['ant', 'asp'], 'b': ['bee']}
    """
    groups: dict[Key, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups
