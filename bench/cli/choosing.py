"""From what was typed to experiments: names, sets and files, read and checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.model.experiment import Experiment
from bench.model.suite import Suite
from bench.planning.choosing import choose_names
from bench.planning.parsing import parse_experiment, parse_suite
from bench.storage.library import BUILT_IN, SUITE_FILE, find_built_in, is_file_name, read_text

DEFAULT_SET = "core"


def choose_experiments(given: Sequence[str]) -> tuple[Experiment, ...]:
    """Read the experiments that are named, or those of the core set.

    Raises:
        UnknownNameError: no experiment and no set has that name.
        ExperimentFileError: a file is missing or wrong.
    """
    built_in = find_built_in()
    names = [name for name in given if not is_file_name(name)]
    files = [Path(name).resolve() for name in given if is_file_name(name)]
    if names or not files:
        chosen = choose_names(names, list(built_in), read_suite(), DEFAULT_SET)
        files = [built_in[name] for name in chosen] + files
    return tuple(read_experiment(path) for path in dict.fromkeys(files))


def read_experiment(path: Path) -> Experiment:
    """Read one experiment file."""
    return parse_experiment(read_text(path), path.resolve())


def read_suite(given: Path | None = None) -> Suite:
    """Read a suite file; None: that of the installed experiments.

    Raises:
        ExperimentFileError: the file is missing or wrong.
    """
    path = given or BUILT_IN / SUITE_FILE
    if given is None and not path.exists():
        return Suite()
    return parse_suite(read_text(path), path)
