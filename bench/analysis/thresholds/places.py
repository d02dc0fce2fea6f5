"""Places: where in a run a threshold is to hold, by its plan and not by what came of it.

What was asked for and is not in the plan is a place, too: nothing that a file demands is passed
over in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.analysis.comparing import order_stratum
from bench.model.experiment import Experiment, StratumValue
from bench.model.load_level import LoadLevel, Users
from bench.model.narrowing import is_same_value
from bench.model.plan import Plan
from bench.model.threshold import Threshold

MIN_STEPS_OF_SLOPE: Final = 3
"""Two steps always lie on a line, and say nothing of how well it fits."""


@dataclass(frozen=True, slots=True)
class Place:
    """A variant in a stratum at a load level; where it isn't planned, some of it is None."""

    variant: str | None
    stratum: Mapping[str, StratumValue]
    load: LoadLevel | None
    """None for a slope, too."""
    ladder: tuple[LoadLevel, ...] = ()
    """What a slope is taken over."""
    unplanned: str = ""
    """Why nothing can have been measured here; empty where the plan has it."""


def find_places(threshold: Threshold, experiment: Experiment, plan: Plan) -> tuple[Place, ...]:
    """Find all places that a threshold holds for: by stratum, load level and variant.

    A check that names no variant holds for every one; where it is bounded by the same quantity of a
    variant, for every other one. A slope is over all load levels that the threshold names, or all
    that there are.
    """
    planned = _list_planned(experiment, plan)
    found = tuple(place for place in planned if _is_meant(threshold, place))
    if threshold.check.subject.sloped:
        found = tuple(_join_levels(found))
    unplanned = tuple(_find_unplanned(threshold, planned))
    if not found and not unplanned:
        return (
            Place(None, {}, None, unplanned="the plan of this run has nothing that it holds for"),
        )
    return (*found, *unplanned)


def _list_planned(experiment: Experiment, plan: Plan) -> list[Place]:
    order = {name: number for number, name in enumerate(experiment.file.variants)}
    places: dict[Any, Place] = {}
    for trial in plan.trials:
        if trial.experiment != experiment.name:
            continue
        for variant in filter(None, (trial.baseline, trial.variant)):
            for step in trial.steps:
                size = step.load.users if isinstance(step.load, Users) else step.load.rate
                key = (order_stratum(trial.stratum), size, order.get(variant, len(order)))
                places[key] = Place(variant, trial.stratum, step.load)
    return [places[key] for key in sorted(places)]


def _join_levels(places: Sequence[Place]) -> Iterator[Place]:
    """Make one place of the levels of each variant and stratum."""
    joined: dict[Any, list[Place]] = {}
    for place in places:
        joined.setdefault((order_stratum(place.stratum), place.variant), []).append(place)
    for levels in joined.values():
        ladder = tuple(each.load for each in levels if each.load is not None)
        short = len(ladder) < MIN_STEPS_OF_SLOPE
        because = f"a slope takes {MIN_STEPS_OF_SLOPE} levels, and this run has {len(ladder)}"
        yield Place(levels[0].variant, levels[0].stratum, None, ladder, because if short else "")


def _is_meant(threshold: Threshold, place: Place) -> bool:
    subject, against = threshold.check.subject, threshold.check.against
    if subject.variant is not None:
        is_subject = place.variant == subject.variant
    else:
        is_subject = against is None or (place.variant, subject.quantity) != (
            against.variant,
            against.quantity,
        )
    return (
        is_subject and threshold.means_load(place.load) and threshold.means_stratum(place.stratum)
    )


def _has_value(place: Place, name: str, values: Sequence[StratumValue]) -> bool:
    return any(is_same_value(place.stratum[name], value) for value in values)


def _find_unplanned(threshold: Threshold, planned: Sequence[Place]) -> Iterator[Place]:
    """Find what a threshold names, one by one, and no planned step is of.

    The other side of a comparison is looked for in each place, and missed there.
    """
    variant = threshold.check.subject.variant
    if variant is not None and all(place.variant != variant for place in planned):
        yield Place(variant, {}, None, unplanned=f"{variant} is not in this run")
    for load in threshold.loads:
        if all(place.load != load for place in planned):
            levels = ", ".join(dict.fromkeys(str(place.load) for place in planned))
            because = f"it is no level of this run, which has {levels or 'none'}"
            yield Place(variant, {}, load, unplanned=because)
    for name, values in threshold.stratum.items():
        for value in values:
            if not any(_has_value(place, name, (value,)) for place in planned):
                because = f"no trial of this run has {name} = {value}"
                yield Place(variant, {name: value}, None, unplanned=because)
