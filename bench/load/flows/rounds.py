"""Rounds: which parts of a flow a user goes through, in which order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from random import Random
from typing import TypeVar

_Part = TypeVar("_Part")


def choose_rounds(
    parts: Sequence[_Part], weights: Sequence[float | None]
) -> Callable[[Random], list[_Part]]:
    """Return what chooses the parts of a round: all in order, one of neighbours with weights.

    >>> choose = choose_rounds(["login", "read", "write"], [None, 3.0, 1.0])
    >>> choose(Random(1)), choose(Random(0))
    (['login', 'read'], ['login', 'write'])
    """
    groups: list[tuple[list[_Part], list[float]]] = []
    pairs = zip(parts, weights, strict=True)
    for is_choice, group in groupby(pairs, key=lambda pair: pair[1] is not None):
        members = list(group)
        if is_choice:
            groups.append(([part for part, _ in members], [weight or 0.0 for _, weight in members]))
        else:
            groups += [([part], [1.0]) for part, _ in members]
    if all(len(group) == 1 for group, _ in groups):
        whole = list(parts)
        return lambda _: whole
    return lambda random: [
        group[0] if len(group) == 1 else random.choices(group, of_group)[0]
        for group, of_group in groups
    ]


def positions_in_round(weights: Sequence[float | None]) -> list[int]:
    """Return for each part where it stands in a round; a choice stands in one place.

    >>> positions_in_round([None, 3.0, 1.0, None])
    [0, 1, 1, 2]
    """
    positions: list[int] = []
    for number, weight in enumerate(weights):
        is_same_choice = number > 0 and weight is not None and weights[number - 1] is not None
        last = positions[-1] if positions else -1
        positions.append(last if is_same_choice else last + 1)
    return positions
