"""From options to a plan, as `bench run` and `bench plan` share it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import typer

from bench.cli.choosing import DEFAULT_SET, choose_experiments, read_suite
from bench.cli.parameters import MASTER_PORT, HostAndPort, Ladder, Pin, Preset, VariantNames
from bench.model.claim import Evidence
from bench.model.experiment import Experiment
from bench.model.plan import Fleet, Plan
from bench.planning.deciding import gather_evidence
from bench.planning.options import PlanOptions
from bench.planning.planning import make_plan
from bench.storage.library import find_built_in

_SETS: Final = {Preset.SMOKE: "smoke", Preset.QUICK: DEFAULT_SET, Preset.ARTICLE: "article"}
"""What a preset runs where nothing is named."""


def plan_run(
    given: Sequence[str],
    *,
    preset: Preset | None,
    users: Ladder | None,
    rate: Ladder | None,
    window_s: float | None,
    repetitions: int | None,
    variants: VariantNames | None,
    duet: bool | None,
    seed: int | None,
    pin: Pin,
    allow_remote: bool,
    fleet: Fleet | None,
    again: int = 0,
) -> Plan:
    """Choose the experiments and plan their trials.

    Raises:
        UsageError: names, files or options that don't fit.
    """
    if preset is None and not given:
        preset = Preset.QUICK
    chosen = list(given) or [_SETS[preset or Preset.QUICK]]
    experiments = choose_experiments(chosen)
    options = PlanOptions(
        preset=None if preset is None else preset.value,
        users=users and tuple(int(level) for level in users.levels),
        rate=rate and rate.levels,
        window_s=window_s,
        repetitions=repetitions,
        variants=variants and variants.names,
        duet=duet,
        seed=random.SystemRandom().randrange(2**32) if seed is None else seed,
        pin=pin.value,
        allow_remote=allow_remote,
        fleet=fleet,
        again=again,
        deciding=_find_deciding(experiments) if preset is Preset.ARTICLE else {},
    )
    return make_plan(_name(chosen), experiments, options)


def _find_deciding(experiments: Sequence[Experiment]) -> dict[str, tuple[Evidence, ...]]:
    """Find what the installed claims look at, for the installed experiments among these."""
    gathered = gather_evidence(read_suite().claims.values())
    built_in = find_built_in()
    return {
        each.name: gathered.get(each.name, ())
        for each in experiments
        if built_in.get(each.name) == each.path
    }


def plan_fleet(
    workers: int | None, remote_workers: int | None, bind: HostAndPort | None
) -> Fleet | None:
    """Plan the workers that generate the load; None: one process does.

    Raises:
        BadParameter: an address without anybody who could need it.
    """
    if remote_workers is None:
        if bind is not None:
            raise typer.BadParameter("--bind is where remote workers join: give --remote-workers")
        return None if workers is None else Fleet(local=workers)
    # Remote workers know the address before the run begins, so no free port is taken instead.
    at = bind or HostAndPort("127.0.0.1", MASTER_PORT)
    return Fleet(local=workers or 0, remote=remote_workers, host=at.host, port=at.port)


def _name(given: Sequence[str]) -> str:
    """Name a run after what was asked for, short enough for a folder's name."""
    return "+".join(Path(each).stem for each in given)[:60]
