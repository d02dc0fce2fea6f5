"""Find and read what a gate gates: `bench.toml` of a repository, or the file that was named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.errors import BenchError, UsageError
from bench.model.experiment import Experiment
from bench.model.gate_settings import GatedQuantity, GateSettings
from bench.planning.gating import adjust_gate, choose_gated_variants, keep_all_variants
from bench.planning.parsing import parse_experiment, parse_gate_file
from bench.storage.library import read_text

DEFAULT_FILE: Final = "bench.toml"


@dataclass(frozen=True)
class Wishes:
    """What the command line puts in place of what files say."""

    quantities: Sequence[GatedQuantity] | None = None
    min_effect: Mapping[GatedQuantity, float] | None = None


@dataclass(frozen=True)
class GateFiles:
    """What a gate's file says in one tree."""

    name: str
    """Of the file, relative to the tree."""
    settings: GateSettings
    """How the tree is made ready."""
    experiments: Mapping[str, Experiment]
    """By path relative to the tree."""


def find_gate_file(given: Path | None, root: Path) -> Path:
    """Find the file that was named, or `bench.toml` at the root.

    Args:
        given: what was named; None: the default.
        root: of the repository; outside of one the current folder.

    Raises:
        UsageError: there is none.
    """
    path = (given or root / DEFAULT_FILE).resolve()
    if not path.is_file():
        raise UsageError(
            f"There is no {path}.",
            hint="Name an experiment file (bench gate FILE.toml), or make one: `bench init`.",
        )
    return path


def read_gate_files(
    path: Path,
    tree: Path,
    wishes: Wishes,
    choose: Callable[[Experiment], Experiment] = choose_gated_variants,
) -> GateFiles:
    """Read a gate's file and the experiments that it names, or is.

    Args:
        path: of the file.
        tree: the folder that experiments are named from.
        wishes: of the command line.
        choose: chooses the variants of each experiment.

    Raises:
        ExperimentFileError: a file is missing or wrong.
        UsageError: an experiment that can't be gated, or two of one name.
    """
    several = parse_gate_file(read_text(path), path)
    paths = [path] if several is None else [path.parent / each for each in several.experiments]
    experiments = {
        _name(each, tree): choose(_read_experiment(each.resolve(), wishes))
        for each in dict.fromkeys(paths)
    }
    _refuse_namesakes(experiments)
    settings = next(iter(experiments.values())).file.gate if several is None else several.gate
    return GateFiles(_name(path, tree), settings, experiments)


def read_baseline_files(name: str, tree: Path, wishes: Wishes) -> tuple[GateFiles | None, str]:
    """Read the same file in the baseline's tree, where there is one that can be used.

    Returns:
        What it says, or None, and a notice of why not, which may be empty.
    """
    path = tree / name
    if not path.is_file():
        return None, f"The baseline has no {name}: the candidate's is used for both."
    try:
        return read_gate_files(path, tree, wishes, keep_all_variants), ""
    except BenchError as error:
        why = " ".join((error.message, *error.evidence))
        return None, (
            f"The baseline's {name}, or a file that it names, can't be used, so that the "
            f"candidate's are for both, and changes in how targets start are not seen: {why}"
        )


def borrow(experiments: Mapping[str, Experiment], tree: Path) -> dict[str, Experiment]:
    """Return experiments as they would be in another tree.

    Their folders are made there, since commands run in them.
    """
    borrowed = {}
    for name, experiment in experiments.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        borrowed[name] = experiment.model_copy(update={"path": path})
    return borrowed


def _read_experiment(path: Path, wishes: Wishes) -> Experiment:
    experiment = parse_experiment(read_text(path), path)
    return adjust_gate(experiment, quantities=wishes.quantities, min_effect=wishes.min_effect or {})


def _refuse_namesakes(experiments: Mapping[str, Experiment]) -> None:
    """An experiment is known by its file's name alone in whatever is measured of it."""
    paths: dict[str, str] = {}
    for path, experiment in experiments.items():
        if experiment.name in paths:
            raise UsageError(
                f"{paths[experiment.name]} and {path} would both be called {experiment.name}.",
                hint="Give the files of one gate different names.",
            )
        paths[experiment.name] = path


def _name(path: Path, tree: Path) -> str:
    resolved = path.resolve()
    if not resolved.is_relative_to(tree.resolve()):
        raise UsageError(
            f"{path} lies outside of {tree}.",
            hint="A gate compares two versions of one repository: keep its files inside.",
        )
    return str(resolved.relative_to(tree.resolve()))
