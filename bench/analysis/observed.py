"""Observations: what a target, scenario or driver reported of itself during a window."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

from bench.analysis.ranks import take_quantile
from bench.model.reading import Observation
from bench.model.summary import ObservedQuantity

_LOOP_LAG = "loop_lag"
_LOOP_LAG_UNIT = "s"


def take_loop_lag_p99_s(observations: Iterable[Observation]) -> float | None:
    """Return the 99th percentile of the target's own event-loop lag; None where it tells none."""
    lags = sorted(
        observation.value
        for observation in observations
        if _is_loop_lag(observation) and math.isfinite(observation.value)
    )
    return take_quantile(lags, 0.99) if lags else None


def summarise_observations(observations: Iterable[Observation]) -> dict[str, ObservedQuantity]:
    """Summarise everything but loop lag, which has a column of its own, by name.

    A name that comes in several units becomes one quantity per unit, `name [unit]`. Values that
    are no finite numbers are left out.
    """
    values: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for observation in observations:
        if math.isfinite(observation.value) and not _is_loop_lag(observation):
            values[observation.name][observation.unit].append(observation.value)
    return {
        name if len(units) == 1 else f"{name} [{unit}]": _summarise(unit, sorted(seen))
        for name, units in sorted(values.items())
        for unit, seen in sorted(units.items())
    }


def _is_loop_lag(observation: Observation) -> bool:
    return observation.name == _LOOP_LAG and observation.unit == _LOOP_LAG_UNIT


def _summarise(unit: str, ordered: list[float]) -> ObservedQuantity:
    return ObservedQuantity(
        unit=unit,
        n=len(ordered),
        median=take_quantile(ordered, 0.5),
        p99=take_quantile(ordered, 0.99),
        max=ordered[-1],
    )
