"""Seeded values: what a flow's `${name}` stands for, drawn anew for each round."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from random import Random
from typing import Any

Draw = Callable[[Random], Any]


class ValueSource:
    """The values of a flow, shared by all users of a process.

    Args:
        declared: by name, one of `{"between": [low, high]}`, `{"choice": [...]}`,
            `{"hex": digits}`, `{"count_from": first}`.
        worker: the index of this process among those that generate the load.
        workers: how many there are: no two of them count the same numbers.

    Raises:
        ValueError: a value is of no known kind.
    """

    def __init__(
        self, declared: Mapping[str, Mapping[str, Any]], *, worker: int = 0, workers: int = 1
    ) -> None:
        self._draws = {
            name: _prepare(name, dict(value), worker, workers) for name, value in declared.items()
        }

    @property
    def names(self) -> frozenset[str]:
        """The values that there are."""
        return frozenset(self._draws)

    def draw(self, random: Random) -> dict[str, Any]:
        """Return the values of one round."""
        return {name: draw(random) for name, draw in self._draws.items()}


def _prepare(name: str, value: dict[str, Any], worker: int, workers: int) -> Draw:
    match value:
        case {"between": [int(low), int(high)]} if low <= high:
            return lambda random: random.randint(low, high)
        case {"choice": [*choices]} if choices:
            return lambda random: random.choice(choices)
        case {"hex": int(digits)} if digits > 0:
            return lambda random: f"{random.getrandbits(4 * digits):0{digits}x}"
        case {"count_from": int(first)}:
            numbers = count(first + worker, workers)
            return lambda _: next(numbers)
        case _:
            raise ValueError(
                f"the value {name!r} is none of between, choice, hex and count_from: {value}"
            )
