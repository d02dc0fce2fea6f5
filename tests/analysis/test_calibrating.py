"""Calibrations from evidence that was built by hand: windows of 10 s on four users."""

from __future__ import annotations

from math import log, sqrt
from typing import Any

import pytest

from bench.analysis.calibrating import (
    CalibrationSubject,
    calibrate,
    refuse_answers,
    refuse_failures,
)
from bench.analysis.evidence import StepEvidence
from bench.errors import GeneratorError, MeasurementError, TargetError
from bench.model.environment import Environment

USERS = 4
MIB = 1024 * 1024


def environment(**changes: Any) -> Environment:
    fields: dict[str, Any] = dict.fromkeys(Environment.model_fields)
    fields |= {
        "fingerprint": "f00d",
        "identity": {},
        "system": "Linux",
        "kernel": "6.1",
        "cpu_model": "Test CPU",
        "cores": 2,
        "usable_cores": (0, 1),
        "memory_bytes": 8192 * MIB,
        "open_files_limit": 20_000,
        "python": "3.11.9",
        "packages": {},
        "missing": (),
    }
    return Environment(**fields | changes)


def subject(**changes: Any) -> CalibrationSubject:
    fields: dict[str, Any] = {
        "measured_at": "2026-01-02T03:04:05+00:00",
        "pairbench": "0.1.0",
        "url": None,
        "environment": environment(),
        "users": USERS,
        "window_s": 10.0,
        "shared_core": False,
    }
    return CalibrationSubject(**fields | changes)


@pytest.fixture
def sent(build: Any) -> Any:
    """Return a builder of the evidence of one round: equal slices of equal requests."""

    def make(
        part: str = "flows",
        per_slice: int = 40,
        value_us: int = 100_000,
        users: int = USERS,
        cpu_s: float = 9.5,
        target_cpu_s: float | None = 5.0,
        **trial: Any,
    ) -> StepEvidence:
        lines = [
            *build.steady(per_slice, value_us),
            *build.edges({"cpu_s": 1.0}, {"cpu_s": 1.0 + cpu_s}, subject="generator"),
        ]
        if target_cpu_s is not None:
            lines += build.edges({"cpu_s": 1.0}, {"cpu_s": 1.0 + target_cpu_s})
        return build.evidence(*lines, step={"load": {"users": users}}, experiment=part, **trial)

    return make


@pytest.fixture
def idle(build: Any) -> Any:
    """Return a builder of the evidence of users who only hold connections."""

    def make(users: int, rss_bytes: int | None) -> StepEvidence:
        seen = {"rss_bytes": rss_bytes}
        edges = build.edges(seen, seen, subject="generator")
        return build.evidence(*edges, step={"load": {"users": users}}, experiment="idle-users")

    return make


def test_each_way_to_send_has_its_median_and_its_range(sent: Any) -> None:
    rounds = [
        *(sent("flows", per_slice) for per_slice in (40, 20, 30)),
        *(sent("tasks", per_slice) for per_slice in (10, 12)),
    ]
    found = calibrate(subject(), rounds)
    assert found.flow.model_dump() == {
        "median_per_s": 30.0,
        "low_per_s": 20.0,
        "high_per_s": 40.0,
        "rounds": 3,
    }
    assert (found.task.median_per_s, found.task.rounds) == (11.0, 2)


def test_response_times_are_those_of_all_flows_together(sent: Any) -> None:
    # 400 requests of 1 ms and 400 of 2 ms: the median is the slowest of the fast ones
    rounds = [sent(value_us=1_000), sent(value_us=2_000), sent("tasks", value_us=9_000)]
    found = calibrate(subject(), rounds)
    assert (found.p50_s, found.p99_s) == (0.001, 0.002)


def test_the_floor_is_that_of_a_single_user(sent: Any) -> None:
    rounds = [sent(), sent("tasks")]
    assert calibrate(subject(), rounds).floor_p50_s is None
    found = calibrate(subject(), [*rounds, sent(value_us=50, users=1)])
    assert (found.floor_p50_s, found.floor_p99_s) == (0.00005, 0.00005)
    assert found.flow.rounds == 1


def test_noise_is_the_standard_deviation_of_the_logarithms(sent: Any) -> None:
    # of two numbers it is their distance / √2
    found = calibrate(subject(), [sent(per_slice=40), sent(per_slice=20), sent("tasks")])
    assert found.noise_ratio == pytest.approx(log(2) / sqrt(2))


def test_a_single_round_has_no_noise(sent: Any) -> None:
    assert calibrate(subject(), [sent(), sent("tasks")]).noise_ratio is None


@pytest.mark.parametrize(("cpu_s", "limited"), [(9.5, True), (5.0, False)])
def test_the_generator_was_the_limit_where_it_used_up_its_core(
    sent: Any, cpu_s: float, limited: bool
) -> None:
    found = calibrate(subject(), [sent(cpu_s=cpu_s), sent("tasks", cpu_s=10.0)])
    assert found.generator_cpu_ratio == pytest.approx(cpu_s / 10)
    assert found.target_cpu_ratio == 0.5
    assert found.generator_limited is limited


def test_a_server_that_is_none_of_ours_has_no_cpu_time(sent: Any) -> None:
    rounds = [sent(target_cpu_s=None), sent("tasks")]
    assert calibrate(subject(), rounds).target_cpu_ratio is None


def test_memory_per_user_is_what_further_users_add(sent: Any, idle: Any) -> None:
    rounds = [sent(), sent("tasks"), idle(2000, 69 * MIB), idle(100, 50 * MIB)]
    assert calibrate(subject(), rounds).bytes_per_user == 19 * MIB / 1900


@pytest.mark.parametrize("resident", [None, 0])
def test_memory_that_nobody_saw_is_unknown(sent: Any, idle: Any, resident: int | None) -> None:
    rounds = [sent(), sent("tasks"), idle(100, 50 * MIB), idle(2000, resident)]
    assert calibrate(subject(), rounds).bytes_per_user is None


@pytest.mark.parametrize(
    ("changes", "users"),
    [
        ({}, 19_900),
        ({"ephemeral_ports": 10_000}, 10_000),
        ({"memory_bytes": 100 * MIB}, 10_000),
        ({"cgroup_memory_bytes": 10 * MIB}, 1_000),
        ({"open_files_limit": 50}, 0),
    ],
)
def test_a_process_holds_as_many_users_as_the_tightest_limit_allows(
    sent: Any, idle: Any, changes: dict[str, Any], users: int
) -> None:
    rounds = [sent(), sent("tasks"), idle(100, 50 * MIB), idle(2000, 69 * MIB)]
    found = calibrate(subject(environment=environment(**changes)), rounds)
    assert found.users_per_process == users


def test_each_doubt_is_kept_once_with_the_step_that_raised_it(sent: Any, idle: Any) -> None:
    rounds = [sent(), sent(), sent("tasks", cpu_s=1.0), idle(100, None)]
    found = calibrate(subject(), rounds)
    assert [caution.code.value for caution in found.cautions] == ["generator-busy"]
    assert found.cautions[0].detail.startswith("flows, 4 users: the generator used 95%")


def test_that_a_named_server_already_ran_is_no_doubt(sent: Any) -> None:
    rounds = [sent(cpu_s=1.0, command=()), sent("tasks", cpu_s=1.0, command=())]
    assert calibrate(subject(url="http://127.0.0.1:80"), rounds).cautions == ()


def test_without_a_response_there_is_nothing_to_tell(sent: Any) -> None:
    with pytest.raises(MeasurementError, match="no request of a flow"):
        calibrate(subject(), [sent("tasks")])


def test_without_a_round_of_tasks_there_is_no_calibration(sent: Any) -> None:
    with pytest.raises(MeasurementError, match="No round"):
        calibrate(subject(), [sent()])


def test_a_busy_generator_is_what_is_looked_for(sent: Any) -> None:
    refuse_failures(sent(cpu_s=10.0))


def test_failed_requests_are_refused_with_what_was_answered(build: Any) -> None:
    lines = [*build.steady(), build.requests([5], outcome="http-503"), build.failure("Busy")]
    with pytest.raises(
        TargetError, match=r"shop at 10 users: 1 of 101 requests failed: 1 http-503"
    ):
        refuse_failures(build.evidence(*lines))


def test_a_generator_without_ports_is_to_blame_itself(build: Any) -> None:
    lost = build.requests([5], outcome="generator-no-ports")
    with pytest.raises(GeneratorError, match="could open no connection: 1 generator-no-ports"):
        refuse_failures(build.evidence(*build.steady(), lost))


def test_a_skipped_level_says_why(build: Any) -> None:
    skipped = build.evidence(step={"times": None, "skipped": "its window is too short"})
    with pytest.raises(MeasurementError, match="its window is too short"):
        refuse_failures(skipped)


def test_a_window_without_an_answer_is_refused(build: Any, idle: Any) -> None:
    with pytest.raises(MeasurementError, match="no request was answered in a window of 10 s"):
        refuse_failures(build.evidence(build.generator()))
    refuse_failures(idle(100, None))


def test_answers_of_success_are_fine(build: Any) -> None:
    refuse_answers([build.answer(status=200), build.answer(status=204)], "http://here/")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": 302}, "http://here/ answers GET .* with status 302"),
        ({"status": None, "error": "connection reset"}, "with connection reset"),
    ],
)
def test_answers_other_than_success_are_told(
    build: Any, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(TargetError, match=said):
        refuse_answers([build.answer(), build.answer(**changes)], "http://here/")
