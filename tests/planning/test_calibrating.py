from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.errors import UsageError
from bench.model.calibration import CalibrationOrder
from bench.model.plan import Placement, Plan
from bench.model.variant import Variant
from bench.planning.calibrating import place_generator, plan_calibration

SCENARIO = Path("/tasks/python_task.py")


def plan(**changes: Any) -> Plan:
    fields: dict[str, Any] = {
        "path": "/ping",
        "users": 64,
        "window_s": 5.0,
        "rounds": 2,
        "idle_users": (100, 2000),
        "seed": 7,
    }
    order = CalibrationOrder(**fields | changes)
    return plan_calibration(order, "server", Variant(url="http://127.0.0.1:80"), SCENARIO)


def steps(planned: Plan) -> list[tuple[str, list[tuple[str, float]]]]:
    return [
        (trial.experiment, [(str(step.load), step.window_s) for step in trial.steps])
        for trial in planned.trials
    ]


def test_flows_and_tasks_alternate_after_a_floor_of_one_user() -> None:
    assert steps(plan()) == [
        ("flows", [("1 user", 2.0), ("64 users", 5.0)]),
        ("tasks", [("64 users", 5.0)]),
        ("flows", [("64 users", 5.0)]),
        ("tasks", [("64 users", 5.0)]),
        ("idle-users", [("100 users", 1.0), ("2000 users", 1.0)]),
    ]


def test_one_user_is_floor_and_load_in_one() -> None:
    first, *_ = steps(plan(users=1))
    assert first == ("flows", [("1 user", 5.0)])


def test_memory_is_left_out_where_it_is_not_asked_for() -> None:
    assert {name for name, _ in steps(plan(idle_users=None))} == {"flows", "tasks"}
    assert len(plan(idle_users=None).experiments) == 2


def test_all_request_the_same_path() -> None:
    flows, tasks, idle = plan().experiments
    assert [request.path for request in (*flows.file.flow, *idle.file.flow)] == ["/ping"] * 2
    assert tasks.file.scenario == str(SCENARIO)
    assert tasks.folder == SCENARIO.parent


def test_idle_users_send_once() -> None:
    idle = plan().experiment("idle-users")
    assert idle.file.flow[0].think > 1000


def test_trials_are_numbered_and_seeded_by_round() -> None:
    trials = plan().trials
    assert [trial.number for trial in trials] == [1, 2, 3, 4, 5]
    assert trials[0].seed == trials[1].seed != trials[2].seed


def test_hosts_elsewhere_may_be_loaded_only_where_that_is_said() -> None:
    assert not plan().allow_remote
    assert plan(allow_remote=True).allow_remote


@pytest.mark.parametrize("window_s", [0.0, 0.99, 100_000.0])
def test_a_window_that_can_not_be_measured_is_refused(window_s: float) -> None:
    with pytest.raises(UsageError, match="between 1 s and 24 h"):
        plan(window_s=window_s)


def test_a_generator_stays_off_the_servers_cores() -> None:
    assert place_generator([0, 1], [1]) == Placement(generator=(0,), services=(0,))
    assert place_generator([0, 1, 2], [1]) == Placement(generator=(0,), services=(2,))


def test_a_server_that_may_run_anywhere_leaves_the_generator_where_it_always_is() -> None:
    assert place_generator([0, 1], [0, 1]).generator == (1,)
    assert place_generator([0, 1], None).generator == (1,)


def test_on_a_single_core_both_share_it() -> None:
    assert place_generator([0], None).shared
    assert place_generator([0], [0]).shared
    assert not place_generator([0], [1]).shared


def test_without_pinning_everything_stays_where_it_is_put() -> None:
    assert place_generator([0, 1], [1], can_pin=False) == Placement()
