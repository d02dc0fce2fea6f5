"""The plan of a calibration: experiments as all others, on the generator instead of a target."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Final

from bench.errors import UsageError
from bench.model.calibration import CalibrationOrder, CalibrationPart
from bench.model.experiment import Experiment, ExperimentFile
from bench.model.load_level import Users
from bench.model.plan import Placement, Plan, PlannedStep, PlannedTrial
from bench.model.variant import Variant
from bench.planning.placing import place
from bench.planning.seeds import derive_seed

_FLOOR_WINDOW_S: Final = 2.0
"""Enough for tens of thousands of requests of one user."""

_IDLE_WINDOW_S: Final = 1.0
"""Nothing is sent meanwhile; memory is read at its edges."""

_IDLE_S: Final = 3600.0
"""Longer than any window: who thinks this long sends once."""

_SHORTEST_S: Final = 1.0
_LONGEST_S: Final = 86_400.0
_PROBED_TASKS: Final = 16
_TIMEOUT_S: Final = 10.0


def plan_calibration(
    order: CalibrationOrder, name: str, target: Variant, task_scenario: Path
) -> Plan:
    """Plan the trials: flows and tasks in alternating rounds, then users who hold connections.

    The first trial has a step of one user before its full load: the floor. Each trial has a fresh
    generator (and a fresh target, where it is ours), whose differences belong to the noise.

    Args:
        order: what is to be measured.
        name: of the target, for people.
        target: the server that answers.
        task_scenario: the scenario file of the tasks in Python; its folder has to exist.

    Raises:
        UsageError: the window is too short or too long.
    """
    if not _SHORTEST_S <= order.window_s <= _LONGEST_S:
        raise UsageError(f"--duration is between 1 s and 24 h, not {order.window_s:g} s.")
    flow = {"path": order.path}
    experiments = [
        _experiment(order, "flows", name, target, task_scenario, flow=[flow]),
        _experiment(order, "tasks", name, target, task_scenario, scenario=str(task_scenario)),
    ]
    if order.idle_users is not None:
        idle = flow | {"think": _IDLE_S}
        experiments.append(
            _experiment(order, "idle-users", name, target, task_scenario, flow=[idle])
        )
    trials = _plan_trials(order, name)
    return Plan(
        name="calibrate",
        preset=None,
        seed=order.seed,
        pin="auto",
        allow_remote=order.allow_remote,
        experiments=tuple(experiments),
        trials=tuple(
            trial.model_copy(update={"number": number}) for number, trial in enumerate(trials, 1)
        ),
    )


def place_generator(
    usable: Sequence[int], server: Collection[int] | None, *, can_pin: bool = True
) -> Placement:
    """Keep the generator off the cores of a server that we did not start, as far as that goes.

    Args:
        usable: the cores that this process may run on.
        server: the cores that the server may run on; None: unknown.
        can_pin: whether this system can pin processes at all.

    >>> place_generator([0, 1], [1]).generator, place_generator([0, 1], None).generator
    ((0,), (1,))
    >>> place_generator([0], [0, 1]).shared, place_generator([0], [1]).shared
    (True, False)
    """
    free = [core for core in sorted(usable) if server is not None and core not in server]
    if not free or not can_pin:
        return place(usable, 1, "auto", can_pin=can_pin)
    return Placement(generator=tuple(free[:1]), services=tuple(free[1:] or free))


def _experiment(
    order: CalibrationOrder,
    part: CalibrationPart,
    name: str,
    target: Variant,
    beside: Path,
    **sends: Any,
) -> Experiment:
    document = {
        "title": "What can the generator do?",
        "variants": {name: target.model_dump()},
        "load": {
            "users": [order.users],
            "timeout": _TIMEOUT_S,
            "max_warm_up": _TIMEOUT_S,
            "max_drain": _TIMEOUT_S,
        },
        # One answer after the other is the same; that they are right is looked at elsewhere.
        "same": {"check": False, "tasks": _PROBED_TASKS},
        "window": order.window_s,
        "repetitions": order.rounds,
        **sends,
    }
    file = ExperimentFile.model_validate(document)
    return Experiment(name=part, path=beside.with_suffix(".toml"), file=file)


def _plan_trials(order: CalibrationOrder, variant: str) -> list[PlannedTrial]:
    full = (order.users, order.window_s)
    floor = [(1, min(order.window_s, _FLOOR_WINDOW_S))] if order.users > 1 else []
    trials = []
    for number in range(order.rounds):
        first = floor if number == 0 else []
        trials.append(_trial(order, "flows", variant, number, [*first, full]))
        trials.append(_trial(order, "tasks", variant, number, [full]))
    if order.idle_users is not None:
        steps = [(users, _IDLE_WINDOW_S) for users in order.idle_users]
        trials.append(_trial(order, "idle-users", variant, 0, steps))
    return trials


def _trial(
    order: CalibrationOrder,
    part: CalibrationPart,
    variant: str,
    repetition: int,
    steps: Sequence[tuple[int, float]],
) -> PlannedTrial:
    return PlannedTrial(
        number=0,
        experiment=part,
        variant=variant,
        stratum={},
        repetition=repetition,
        seed=derive_seed(order.seed, "calibrate", repetition),
        steps=tuple(
            PlannedStep(index=index, load=Users(users=users), window_s=window_s)
            for index, (users, window_s) in enumerate(steps)
        ),
    )
