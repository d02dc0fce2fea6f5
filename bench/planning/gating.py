"""What a gate measures: which variants, under which loads, and trials one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from bench.errors import UnknownNameError, UsageError
from bench.model.experiment import Experiment, ExperimentFile, StratumValue
from bench.model.gate_settings import GatedQuantity, GateSettings
from bench.model.load_level import ArrivalRate, LoadLevel, Users
from bench.model.plan import PlannedStep, PlannedTrial
from bench.model.variant import Variant
from bench.planning.duets import refuse_shared_load

RESPONSE_TIMES: Final[tuple[GatedQuantity, ...]] = ("p50", "p90", "p95", "p99")

ARM_SHARE: Final = 0.3
"""Of what the baseline serves alone on the core, offered to each arm of a step with a fixed rate.

Together the arms then use 60 % of their core: enough for work to queue now and then, and too
little for a candidate that is a third slower to be overloaded.
"""

PILOT_WINDOW_S: Final = 3.0


def choose_gated_variants(experiment: Experiment) -> Experiment:
    """Keep the variants that `[gate]` names; all, if it names none.

    Raises:
        UnknownNameError: it names one that there is not.
        UsageError: an experiment that can't be gated.
    """
    file = experiment.file
    for name in file.gate.variants:
        if name not in file.variants:
            raise UnknownNameError(f"variant of {experiment.name}", name, file.variants)
    names = file.gate.variants or tuple(file.variants)
    chosen = with_variants(
        experiment, {name: of for name, of in file.variants.items() if name in names}
    )
    refuse_shared_load(chosen)
    return chosen


def keep_all_variants(experiment: Experiment) -> Experiment:
    """Keep all variants of a baseline: which of them are gated is up to the candidate.

    Raises:
        UsageError: an experiment that can't be gated.
    """
    refuse_shared_load(experiment)
    return experiment


def with_variants(experiment: Experiment, variants: Mapping[str, Variant]) -> Experiment:
    """Return an experiment that has these variants, and no thresholds between others.

    Which of them is the baseline means nothing to a gate, and has to be said all the same.
    """
    kept = dict(variants)
    if kept and not any(variant.baseline for variant in kept.values()):
        first = next(iter(kept))
        kept[first] = kept[first].model_copy(update={"baseline": True})
    file = experiment.file.model_copy(update={"variants": kept, "thresholds": ()})
    return experiment.model_copy(update={"file": file})


def adjust_gate(
    experiment: Experiment,
    *,
    quantities: Sequence[GatedQuantity] | None,
    min_effect: Mapping[GatedQuantity, float],
) -> Experiment:
    """Put what was asked for on the command line in place of what the file says."""
    settings = experiment.file.gate
    changed = settings.model_copy(
        update={
            "quantities": settings.quantities if quantities is None else tuple(quantities),
            "min_effect": {**settings.min_effect, **min_effect},
        }
    )
    file = experiment.file.model_copy(update={"gate": changed})
    return experiment.model_copy(update={"file": file})


def needs_pilot(file: ExperimentFile) -> bool:
    """Tell whether a rate has to be found for response times, which saturation would spoil."""
    return bool(file.load.users) and file.gate.rate is None and _wants_response_times(file.gate)


def plan_gate_steps(
    file: ExperimentFile, pilot_rate_per_s: float | None
) -> tuple[PlannedStep, ...]:
    """Plan the steps of each duet: the closed model first, then the open one, as far as needed.

    Args:
        file: the experiment.
        pilot_rate_per_s: what a pilot chose, where one was needed.
    """
    return tuple(
        PlannedStep(
            index=index,
            load=load,
            window_s=file.gate.window,
            spread_s=file.load.spread_s(load),
        )
        for index, load in enumerate(_choose_loads(file, pilot_rate_per_s))
    )


def plan_pilot(
    experiment: Experiment, variant: str, stratum: dict[str, StratumValue], seed: int
) -> PlannedTrial:
    """Plan the trial of the baseline alone that shows how many requests it serves at most."""
    file = experiment.file
    top = _top(file)
    step = PlannedStep(index=0, load=top, window_s=PILOT_WINDOW_S, spread_s=file.load.spread_s(top))
    return PlannedTrial(
        number=0,
        experiment=experiment.name,
        variant=variant,
        stratum=stratum,
        repetition=0,
        seed=seed,
        steps=(step,),
    )


def choose_pilot_rate(tasks_per_s: float) -> float:
    """Choose the rate of each arm by the tasks that the baseline did alone, to two digits.

    >>> choose_pilot_rate(7123.0)
    2100.0
    """
    return float(f"{ARM_SHARE * tasks_per_s:.2g}")


def _choose_loads(file: ExperimentFile, pilot_rate_per_s: float | None) -> list[LoadLevel]:
    if not file.load.users:
        return [ArrivalRate(rate=file.gate.rate or file.load.rate[-1])]
    loads = [_top(file)]
    rate = file.gate.rate or pilot_rate_per_s
    if _wants_response_times(file.gate) and rate is not None:
        loads.append(ArrivalRate(rate=rate))
    return loads


def _top(file: ExperimentFile) -> LoadLevel:
    if not file.load.users:
        raise UsageError("a pilot needs a closed model: it is to find a rate")
    return Users(users=file.gate.users or file.load.users[-1])


def _wants_response_times(settings: GateSettings) -> bool:
    return any(quantity in RESPONSE_TIMES for quantity in settings.quantities or ())
