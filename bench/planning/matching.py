"""Match the experiments of two versions of a repository: same, new, removed, renamed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.model.experiment import Experiment, ExperimentFile
from bench.planning.gating import with_variants


@dataclass(frozen=True, slots=True)
class MatchedExperiment:
    """An experiment as each version starts its targets; the load is the candidate's for both."""

    baseline: Experiment
    candidate: Experiment


@dataclass(frozen=True, slots=True)
class Matching:
    """What can be gated, and what can't since only one version has it."""

    experiments: tuple[MatchedExperiment, ...]
    notices: tuple[str, ...]
    missing: tuple[str, ...]
    """What only the baseline has: experiments and variants that were removed."""


def match_experiments(
    baseline: Mapping[str, Experiment],
    candidate: Mapping[str, Experiment],
    borrowed: Mapping[str, Experiment],
) -> Matching:
    """Match by the paths of files in their trees, then variants by name.

    Targets start as their own version says, where it has the experiment and the variant; a version
    that has no such file yet borrows the candidate's, so that a first gate has something to
    measure.

    Args:
        baseline: the baseline's experiments, by path, with all of their variants.
        candidate: the candidate's, with those that are gated.
        borrowed: the candidate's experiments as they would be in the baseline's tree, by path.
    """
    removed = [path for path in baseline if path not in candidate]
    new = [path for path in candidate if path not in baseline]
    renamed = _find_renamed(
        {path: _keep_gated(candidate[path]) for path in new},
        {path: _keep_gated(baseline[path]) for path in removed},
    )
    gone = [path for path in removed if path not in renamed.values()]
    notices = [f"{path} was {old}: renamed." for path, old in renamed.items()]
    notices += [
        f"{path} is new: the baseline is started as the candidate's file says."
        for path in new
        if path not in renamed
    ]
    notices += [f"{path} was removed: it is not gated any more." for path in gone]
    matched, missing = [], list(gone)
    for path, theirs in candidate.items():
        old = renamed.get(path, path)
        own = baseline.get(old)
        pair, told, lost = _match_variants(own, theirs, borrowed[path])
        matched += pair
        notices += told
        missing += lost
    return Matching(tuple(matched), tuple(notices), tuple(missing))


def _find_renamed(
    new: Mapping[str, Experiment], removed: Mapping[str, Experiment]
) -> dict[str, str]:
    """Pair files that say the same; each has been one other at most."""
    left, renamed = dict(removed), {}
    for path, experiment in new.items():
        old = next((old for old, was in left.items() if was.file == experiment.file), None)
        if old is not None:
            del left[old]
            renamed[path] = old
    return renamed


def _keep_gated(experiment: Experiment) -> Experiment:
    """Keep what its own file gates; names in it that nothing has are its own affair."""
    file = experiment.file
    gated = file.gate.variants or tuple(file.variants)
    return with_variants(
        experiment, {name: of for name, of in file.variants.items() if name in gated}
    )


def _match_variants(
    own: Experiment | None, theirs: Experiment, borrowed: Experiment
) -> tuple[list[MatchedExperiment], list[str], list[str]]:
    if own is None:
        return [MatchedExperiment(borrowed, theirs)], [], []
    names = theirs.file.variants
    both = [name for name in names if name in own.file.variants]
    new = [name for name in names if name not in own.file.variants]
    removed = [name for name in _keep_gated(own).file.variants if name not in names]
    notices = [f"{theirs.name}/{name} is new: there is no baseline to gate it by." for name in new]
    lost = [f"{theirs.name}/{name}" for name in removed]
    notices += [f"{name} was removed: it is not gated any more." for name in lost]
    if not both:
        return [], notices, lost
    started = own.model_copy(update={"name": theirs.name, "file": _start_as(own, theirs)})
    pair = MatchedExperiment(
        with_variants(started, {name: own.file.variants[name] for name in both}),
        with_variants(theirs, {name: names[name] for name in both}),
    )
    return [pair], notices, lost


def _start_as(own: Experiment, theirs: Experiment) -> ExperimentFile:
    """Return the candidate's file with what says how the baseline's targets are started."""
    kept = ("root", "services", "ready")
    return theirs.file.model_copy(update={name: getattr(own.file, name) for name in kept})
