"""Runs as large as a test wants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from bench.model.caution import CautionCode
from bench.model.load_level import Users
from bench.model.run import StoredRun

LEVELS: Final = (1, 20, 200)
SPEEDS: Final = {"blocking-client": 10.0, "async-client": 900.0, "threads": 380.0}

Build = Callable[..., Any]


@pytest.fixture
def make_whole_run(
    make_run: Build,
    make_plan: Build,
    make_planned: Build,
    make_experiment: Build,
    make_judged: Build,
    make_trial: Build,
    make_step: Build,
) -> Callable[..., StoredRun]:
    """Build a run of experiments whose variants differ, with some doubts."""

    def make(experiments: int = 2, repetitions: int = 3, title: str = "Which client?") -> StoredRun:
        variants = {
            name: {"command": ["serve"], "baseline": name == "blocking-client"} for name in SPEEDS
        }
        plans, planned, trials = [], [], []
        for number in range(experiments):
            name = f"experiment-{number}"
            plans.append(
                make_experiment(
                    name,
                    title=title,
                    variants=variants,
                    load={"users": list(LEVELS)},
                )
            )
            for repetition in range(repetitions):
                for variant, speed in SPEEDS.items():
                    trial = len(trials) + 1
                    about = {"experiment": name, "variant": variant, "repetition": repetition}
                    steps = tuple(
                        _step(make_judged, make_step, trial, about, users, speed, index)
                        for index, users in enumerate(LEVELS)
                    )
                    planned.append(make_planned(trial, **about))
                    trials.append(make_trial(trial, steps=steps, **about))
        plan = make_plan(experiments=tuple(plans), trials=tuple(planned))
        run: StoredRun = make_run(plan=plan, trials=tuple(trials), argv=("run", "--seed", "1"))
        return run

    return make


def _step(
    make_judged: Build, make_step: Build, trial: int, about: dict[str, Any], users: int,
    speed: float, index: int,
) -> Any:  # fmt: skip
    throughput = min(users * 10.0, speed) * (1 + 0.01 * (trial % 5))
    row = make_step(
        trial=trial,
        load=Users(users=users),
        throughput_per_s=throughput,
        p50_s=users / throughput,
        p99_s=1.3 * users / throughput,
        cpu_s_per_request=0.0004 + trial * 1e-6,
        pss_bytes=40_000_000 + users * 1000,
        rss_bytes=50_000_000,
        **about,
    )
    doubts = ((CautionCode.LITTLES_LAW, "it was counted wrong"),) if users == 20 else ()
    return make_judged(index=index, users=users, rows=(row,), doubts=doubts)
