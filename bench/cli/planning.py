"""From options to a plan, as `bench run` and `bench plan` share it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from bench.cli.choosing import DEFAULT_SET, choose_experiments
from bench.cli.parameters import Ladder, Pin, Preset, VariantNames
from bench.model.plan import Plan
from bench.planning.options import PlanOptions
from bench.planning.planning import make_plan


def plan_run(
    given: Sequence[str],
    *,
    preset: Preset | None,
    users: Ladder | None,
    rate: Ladder | None,
    window_s: float | None,
    repetitions: int | None,
    variants: VariantNames | None,
    seed: int | None,
    pin: Pin,
) -> Plan:
    """Choose the experiments and plan their trials.

    Raises:
        UsageError: names, files or options that don't fit.
    """
    if preset is None and not given:
        preset = Preset.QUICK
    options = PlanOptions(
        preset=None if preset is None else preset.value,
        users=users and tuple(int(level) for level in users.levels),
        rate=rate and rate.levels,
        window_s=window_s,
        repetitions=repetitions,
        variants=variants and variants.names,
        seed=random.SystemRandom().randrange(2**32) if seed is None else seed,
        pin=pin.value,
    )
    return make_plan(_name(given), choose_experiments(given), options)


def _name(given: Sequence[str]) -> str:
    """Name a run after what was asked for, short enough for a folder's name."""
    return "+".join(Path(each).stem for each in given)[:60] or DEFAULT_SET
