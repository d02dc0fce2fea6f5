"""Fitting a report into what a page may hold: the head in full, of the rest as much as fits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

_BREAK: Final = "\n\n"
_NOTE_BYTES: Final = 120
"""What the note on one part that was cut takes at most."""


class Part(NamedTuple):
    """A part of a page that can be cut: it is written with the first so many of its items."""

    items: str
    """What its items are called, for the note: `rows that passed`."""
    size: int
    write: Callable[[int], str]


def fit_parts(head: str, parts: Sequence[Part], room: int) -> str:
    """Put a head and parts together, the first parts first, and say what was cut.

    Args:
        head: is kept whatever its size.
        parts: the dearest first.
        room: bytes in UTF-8.
    """
    blocks, notes = [head], []
    left = room - _size(head) - _NOTE_BYTES * (len(parts) + 1)
    for part in parts:
        kept = _most_that_fit(part, left)
        if kept:
            blocks.append(part.write(kept))
            left -= _size(blocks[-1])
        if kept < part.size:
            notes.append(f"{kept} of {part.size} {part.items}")
    if notes:
        blocks.append(f"Cut to fit, shown are {'; '.join(notes)}. The JSON report has all.")
    return _BREAK.join(blocks) + "\n"


def shorten(text: str, most: int) -> str:
    """Cut a text that is longer than so many characters.

    >>> shorten("what a target wrote", 8), shorten("short", 8)
    ('what a …', 'short')
    """
    return text if len(text) <= most else f"{text[: most - 2].rstrip()} …"


def _most_that_fit(part: Part, room: int) -> int:
    """Return the largest number of items that fits, by halving, since each costs a rendering."""
    if _size(part.write(part.size)) <= room:
        return part.size
    fits, too_many = 0, part.size
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if _size(part.write(middle)) <= room:
            fits = middle
        else:
            too_many = middle
    return fits


def _size(text: str) -> int:
    return len(text.encode()) + len(_BREAK)
