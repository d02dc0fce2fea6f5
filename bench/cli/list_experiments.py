"""`bench list`: the experiments that there are."""

from __future__ import annotations


def list_experiments() -> None:
    """List the installed experiments and the sets that they belong to."""
    from rich.console import Console

    from bench.cli.choosing import read_experiment, read_suite
    from bench.reporting.listing import build_experiment_list
    from bench.reporting.terminal import print_table
    from bench.storage.library import find_built_in

    experiments = [read_experiment(path) for path in find_built_in().values()]
    print_table(Console(), build_experiment_list(experiments, read_suite().sets))
