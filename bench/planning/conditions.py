"""The conditions that trials are planned for: points of a grid, levels of a ladder, their order."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import product
from typing import TypeVar

from bench.model.experiment import ExperimentFile, StratumValue
from bench.model.plan import PlannedStep

_Item = TypeVar("_Item")


def list_strata(file: ExperimentFile) -> list[dict[str, StratumValue]]:
    """List the points of the grid; without strata there is one, which has no conditions.

    Source: the Cartesian product, first name slowest.
    """
    return [dict(zip(file.strata, point, strict=True)) for point in product(*file.strata.values())]


def list_steps(file: ExperimentFile) -> tuple[PlannedStep, ...]:
    """List the steps of an experiment's ladder, lowest first; none, where it searches."""
    return tuple(
        PlannedStep(
            index=index, load=level, window_s=file.window, spread_s=file.load.spread_s(level)
        )
        for index, level in enumerate(file.load.levels)
    )


def shuffle(items: Sequence[_Item], order: random.Random) -> list[_Item]:
    """Return the items in an order drawn from `order`."""
    return order.sample(items, k=len(items))
