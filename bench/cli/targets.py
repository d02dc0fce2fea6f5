"""A target as it is named on the command line: `NAME/VARIANT`."""

from __future__ import annotations

from bench.cli.choosing import choose_experiments
from bench.errors import UnknownNameError, UsageError
from bench.model.experiment import Experiment


def choose_target(given: str) -> tuple[Experiment, str]:
    """Read the experiment of a target, and the name of its variant.

    Raises:
        UsageError: that names no target, or a set of experiments.
        UnknownNameError: there is no such experiment or variant.
    """
    name, slash, variant = given.rpartition("/")
    if not slash or not name:
        raise UsageError(f"{given!r} names no target.", hint="Write it as EXPERIMENT/VARIANT.")
    experiment, *others = choose_experiments([name])
    if others:
        raise UsageError(f"{name} is a set of experiments.", hint="Name one of them.")
    if variant not in experiment.file.variants:
        raise UnknownNameError(f"variant of {experiment.name}", variant, experiment.file.variants)
    return experiment, variant
