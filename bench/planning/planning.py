"""Make a plan: experiments and options to trials in a seeded, interleaved order."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from bench.errors import UnknownNameError, UsageError
from bench.model.claim import Evidence
from bench.model.experiment import Experiment, ExperimentFile, Load, PresetLoad
from bench.model.plan import Plan, PlannedSearch, PlannedTrial
from bench.planning.conditions import list_steps, list_strata, shuffle
from bench.planning.deciding import choose_steps
from bench.planning.duets import plan_duets, refuse_duet
from bench.planning.options import PRESETS, PlanOptions
from bench.planning.seeds import derive_seed


def make_plan(name: str, experiments: Sequence[Experiment], options: PlanOptions) -> Plan:
    """Plan a run: what each trial does, and the order of trials.

    Experiments follow one another. Within one, repetitions are the outer loop; each visits all
    strata, and all variants within a stratum, in an order drawn anew from the seed. So the trials
    that are compared lie close together in time, and drift of the machine falls on all alike.

    Source: Abedi & Brecht 2017 (ICPE), randomised multiple interleaved trials.

    Raises:
        UsageError: options that do not fit an experiment, or two experiments of one name.
    """
    _refuse_namesakes(experiments)
    if options.fleet is not None:
        _refuse_own_drivers(experiments)
    adjusted = tuple(_adjust(experiment, options) for experiment in experiments)
    for experiment in adjusted:
        if experiment.file.duet:
            refuse_duet(experiment, options)
    trials = (trial for experiment in adjusted for trial in _plan_each(experiment, options))
    return Plan(
        name=name,
        preset=options.preset,
        seed=options.seed,
        pin=options.pin,
        allow_remote=options.allow_remote,
        fleet=options.fleet,
        again=options.again,
        experiments=adjusted,
        trials=tuple(
            trial.model_copy(update={"number": number}) for number, trial in enumerate(trials, 1)
        ),
    )


def _plan_each(experiment: Experiment, options: PlanOptions) -> Iterator[PlannedTrial]:
    plan = plan_duets if experiment.file.duet else plan_trials
    return plan(experiment, options.seed, options.deciding.get(experiment.name))


def _refuse_namesakes(experiments: Sequence[Experiment]) -> None:
    """Names tell experiments apart, also where a file system does not tell capitals."""
    seen: dict[str, Experiment] = {}
    for experiment in experiments:
        other = seen.setdefault(experiment.name.casefold(), experiment)
        if other is not experiment:
            raise UsageError(
                f"{other.path} and {experiment.path} are experiments of the same name.",
                hint="Rename one of the files, or run them one after the other.",
            )


def _refuse_own_drivers(experiments: Sequence[Experiment]) -> None:
    """A driver of an experiment's own is one process, and knows nothing of masters."""
    for experiment in experiments:
        if experiment.file.driver is not None:
            raise UsageError(
                f"{experiment.name} brings its own driver, which can't be split over workers.",
                hint="Leave --workers and --remote-workers out.",
            )


def _adjust(experiment: Experiment, options: PlanOptions) -> Experiment:
    """Apply preset and options to the file, so that the plan holds what is really run."""
    file = experiment.file
    changes = _preset_changes(file, options)
    if options.window_s is not None:
        changes["window"] = options.window_s
    if options.repetitions is not None:
        changes["repetitions"] = options.repetitions
    load = file.load.model_dump() | _preset_ladder(file, options)
    load |= _chosen_ladder(experiment, options)
    document = file.model_dump() | changes | {"load": load}
    document["variants"] = _chosen_variants(experiment, options, document["variants"])
    document["duet"] = _is_duet(file, options, len(document["variants"]))
    for preset in document["presets"].values():
        preset["variants"] = None  # it may name some that were not chosen
    try:
        return experiment.model_copy(update={"file": ExperimentFile.model_validate(document)})
    except ValidationError as error:
        reasons = "; ".join(
            str(each["msg"]).removeprefix("Value error, ") for each in error.errors()
        )
        raise UsageError(f"{experiment.name} can't be run like this: {reasons}.") from None


def _is_duet(file: ExperimentFile, options: PlanOptions, variants: int) -> bool:
    """Tell whether variants are loaded together; one that was chosen to be alone is not."""
    if options.duet is not None:
        return options.duet
    return file.duet and not variants < min(2, len(file.variants))


def _preset_changes(file: ExperimentFile, options: PlanOptions) -> dict[str, object]:
    if options.preset is None:
        return {}
    given = file.presets.get(options.preset, PresetLoad())
    default = PRESETS[options.preset]
    changes: dict[str, object] = {
        key: chosen
        for key in ("window", "repetitions")
        if (chosen := getattr(given, key) or getattr(default, key)) is not None
    }
    return changes | {"strata": file.strata | (given.strata or {})}


def _preset_ladder(file: ExperimentFile, options: PlanOptions) -> dict[str, Sequence[float]]:
    if options.preset is None or options.preset not in file.presets:
        return {}
    given = file.presets[options.preset]
    kind, ladder = ("rate", given.rate) if file.load.rate else ("users", given.users)
    return {kind: ladder} if ladder else {}


def _chosen_ladder(experiment: Experiment, options: PlanOptions) -> dict[str, Sequence[float]]:
    load: Load = experiment.file.load
    given = [name for name in ("users", "rate") if getattr(options, name) is not None]
    if load.search and given:
        raise UsageError(
            f"--{given[0]} does not fit {experiment.name}, which searches for its rate.",
            hint=f"Leave --{given[0]} out, or put users or rate in place of search in a copy of "
            "its file; search_from and search_to bound the search.",
        )
    if options.users is not None and not load.users:
        raise _wrong_kind(experiment.name, "--users", "an open model", "--rate")
    if options.rate is not None and not load.rate:
        raise _wrong_kind(experiment.name, "--rate", "a closed model", "--users")
    if options.users is not None:
        return {"users": tuple(sorted(set(options.users)))}
    if options.rate is not None:
        return {"rate": tuple(sorted(set(options.rate)))}
    return {}


def _wrong_kind(name: str, option: str, model: str, other: str) -> UsageError:
    return UsageError(
        f"{option} does not fit {name}, which is {model}.",
        hint=f"Give {other} instead, or leave {option} out.",
    )


def _chosen_variants(
    experiment: Experiment, options: PlanOptions, variants: dict[str, object]
) -> dict[str, object]:
    preset = options.preset and experiment.file.presets.get(options.preset)
    named = options.variants or (preset and preset.variants)
    if not named:
        return variants
    for name in named:
        if name not in variants:
            raise UnknownNameError(f"variant of {experiment.name}", name, variants)
    chosen = {experiment.baseline, *named}
    return {name: variant for name, variant in variants.items() if name in chosen}


def plan_trials(
    experiment: Experiment, seed: int, deciding: Sequence[Evidence] | None = None
) -> Iterator[PlannedTrial]:
    """Plan the trials of one experiment, one variant alone in each; their numbers are yet to be.

    Args:
        experiment: as it is to be run.
        seed: of the run.
        deciding: the checks that repetitions are for: from the second on a trial climbs only what
            one of them looks at, and is left out where that is nothing. None: all is repeated.
    """
    file = experiment.file
    order = random.Random(derive_seed(seed, experiment.name, "order"))
    steps = list_steps(file)
    for repetition in range(file.repetitions):
        for stratum in shuffle(list_strata(file), order):
            # Equal seeds for the variants of a repetition: they get the same requests and arrivals.
            trial_seed = derive_seed(seed, experiment.name, sorted(stratum.items()), repetition)
            for variant in shuffle(list(file.variants), order):
                chosen = choose_steps(steps, repetition, deciding, variant, stratum)
                if not chosen and not file.load.search:
                    continue
                yield PlannedTrial(
                    number=0,
                    experiment=experiment.name,
                    variant=variant,
                    stratum=stratum,
                    repetition=repetition,
                    seed=trial_seed,
                    steps=chosen,
                    search=_plan_search(file),
                )


def _plan_search(file: ExperimentFile) -> PlannedSearch | None:
    if not file.load.search:
        return None
    return PlannedSearch(
        conditions=file.load.search,
        from_per_s=file.load.search_from,
        to_per_s=file.load.search_to,
        window_s=file.window,
    )
