"""Duets: two targets that are started afresh and loaded at the same time, on the same core.

Source: Bulej et al. 2020 (ICPE), duet benchmarking.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from bench.errors import UsageError
from bench.model.arm import ARMS
from bench.model.claim import Evidence
from bench.model.experiment import Experiment, StratumValue
from bench.model.plan import PlannedStep, PlannedTrial
from bench.planning.conditions import list_steps, list_strata, shuffle
from bench.planning.deciding import choose_steps
from bench.planning.options import PlanOptions
from bench.planning.seeds import derive_seed


def plan_duets(
    experiment: Experiment, seed: int, deciding: Sequence[Evidence] | None = None
) -> Iterator[PlannedTrial]:
    """Plan duets of the baseline with each other variant.

    Args:
        experiment: as it is to be run.
        seed: of the run.
        deciding: the checks that repetitions are for, as of trials on their own; those that look at
            a duet's candidate.
    """
    file, baseline = experiment.file, experiment.baseline
    order = random.Random(derive_seed(seed, experiment.name, "order"))
    steps = list_steps(file)
    for repetition in range(file.repetitions):
        for stratum in shuffle(list_strata(file), order):
            for variant in shuffle([name for name in file.variants if name != baseline], order):
                chosen = choose_steps(steps, repetition, deciding, variant, stratum)
                if chosen:
                    yield plan_duet(
                        experiment, baseline, variant, stratum, repetition, seed=seed, steps=chosen
                    )


def plan_duet(
    experiment: Experiment,
    baseline: str,
    candidate: str,
    stratum: dict[str, StratumValue],
    repetition: int,
    *,
    seed: int,
    steps: tuple[PlannedStep, ...],
) -> PlannedTrial:
    """Plan one duet; which arm starts first alternates from one repetition to the next.

    Both arms have the trial's seed, and so the same hash seed, the same requests and arrivals.
    """
    return PlannedTrial(
        number=0,
        experiment=experiment.name,
        variant=candidate,
        stratum=stratum,
        repetition=repetition,
        seed=derive_seed(seed, experiment.name, sorted(stratum.items()), repetition),
        steps=steps,
        mode="duet",
        baseline=baseline,
        starts_first=ARMS[repetition % 2],
    )


def refuse_duet(experiment: Experiment, options: PlanOptions) -> None:
    """Refuse to load two variants at the same time where they can't be, or there is but one.

    Raises:
        UsageError: says why.
    """
    file = experiment.file
    if len(file.variants) < 2:
        away = "Leave --duet out." if options.duet else "Take duet out of its file."
        raise _no_duet(experiment, "has one variant, and a duet needs two", away)
    if options.fleet is not None:
        raise _no_duet(
            experiment,
            "is loaded by several workers, and a duet by two generators of one process each",
            "Leave --workers and --remote-workers out, or give --no-duet.",
        )
    refuse_shared_load(experiment)


def refuse_shared_load(experiment: Experiment) -> None:
    """Refuse an experiment whose targets can't be started and loaded side by side.

    Raises:
        UsageError: says why.
    """
    file = experiment.file
    if file.load.search:
        raise _no_duet(
            experiment,
            "searches for a rate, which each arm would find for itself",
            "Give users or rate in place of search.",
        )
    running = [name for name, variant in file.variants.items() if variant.url is not None]
    if running:
        raise _no_duet(
            experiment,
            f"has a target that already runs ({running[0]}), and both arms of a duet are started "
            "afresh on the same core",
            "Give the variant an app or a command.",
        )


def _no_duet(experiment: Experiment, why: str, hint: str) -> UsageError:
    return UsageError(f"{experiment.name} {why}.", hint=hint)
