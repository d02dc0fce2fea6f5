"""The order of contenders: another one begins in each round."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Contender = TypeVar("Contender")


def rotate(contenders: Sequence[Contender], number: int) -> tuple[Contender, ...]:
    """Return the order of round `number`.

    Over as many rounds as there are contenders, each stands once in every place.

    >>> [rotate("abc", number) for number in (0, 1, 3)]
    [('a', 'b', 'c'), ('b', 'c', 'a'), ('a', 'b', 'c')]
    """
    first = number % len(contenders) if contenders else 0
    return (*contenders[first:], *contenders[:first])
