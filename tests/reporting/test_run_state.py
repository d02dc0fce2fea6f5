from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bench.model.load_level import Users
from bench.model.progress import LiveNumbers, Notice, StepPhaseBegan, TrialBegan, TrialEnded
from bench.reporting.run_state import (
    RunState,
    advance,
    done_ratio,
    remaining_s,
    repetition_of,
)

Build = Callable[..., Any]

NUMBERS = LiveNumbers(
    t_s=1.0,
    throughput_per_s=10.0,
    p99_s=0.1,
    errors=0,
    in_flight=20,
    target_cpu_ratio=None,
    target_rss_bytes=None,
    generator_cpu_ratio=None,
)


@pytest.fixture
def start(make_plan: Build) -> RunState:
    return RunState(plan=make_plan(), estimate_s={1: 10.0, 2: 10.0, 3: 20.0}, started_s=100.0)


def phase(trial: Any, step: int = 0) -> StepPhaseBegan:
    return StepPhaseBegan(
        trial=trial, step=step, load=Users(users=1), phase="window", expected_s=6.0
    )


def test_at_the_start_everything_is_left(start: RunState) -> None:
    assert remaining_s(start, 100.0) == 40.0
    assert done_ratio(start, 100.0) == 0.0
    assert (start.position, start.trials) == (1, 3)


def test_the_current_trial_is_left_only_in_part(start: RunState, make_planned: Build) -> None:
    state = advance(start, TrialBegan(trial=make_planned(1)), 100.0)
    assert remaining_s(state, 104.0) == 36.0
    assert remaining_s(state, 500.0) == 30.0
    assert done_ratio(state, 104.0) == pytest.approx(0.1)


def test_what_is_left_is_scaled_by_what_was_seen(start: RunState, make_planned: Build) -> None:
    trial = make_planned(1)
    state = advance(start, TrialBegan(trial=trial), 100.0)
    state = advance(state, TrialEnded(trial=trial, steps=(), failure=None), 120.0)
    assert remaining_s(state, 120.0) == 60.0
    assert state.position == 2


def test_one_odd_trial_does_not_spoil_the_estimate(start: RunState, make_planned: Build) -> None:
    trial = make_planned(1)
    ended = TrialEnded(trial=trial, steps=(), failure="it died")
    began = advance(start, TrialBegan(trial=trial), 100.0)
    assert remaining_s(advance(began, ended, 100.0), 100.0) == pytest.approx(30.0 * 0.2)
    assert remaining_s(advance(began, ended, 9100.0), 9100.0) == pytest.approx(30.0 * 5)


def test_a_trial_without_an_estimate_takes_no_time(start: RunState, make_planned: Build) -> None:
    trial = make_planned(99)
    state = advance(start, TrialBegan(trial=trial), 100.0)
    assert remaining_s(state, 100.0) == 40.0
    state = advance(state, TrialEnded(trial=trial, steps=(), failure=None), 130.0)
    assert remaining_s(state, 130.0) == 40.0


def test_when_all_trials_have_ended_all_is_done(start: RunState, make_planned: Build) -> None:
    state = start
    for number in (1, 2, 3):
        trial = make_planned(number)
        state = advance(state, TrialBegan(trial=trial), 100.0)
        state = advance(state, TrialEnded(trial=trial, steps=(), failure=None), 100.0)
    assert done_ratio(state, 100.0) == 1.0
    assert remaining_s(state, 100.0) == 0.0


def test_numbers_belong_to_the_step_in_which_they_were_seen(
    start: RunState, make_planned: Build
) -> None:
    trial = make_planned(1)
    state = advance(start, TrialBegan(trial=trial), 100.0)
    state = advance(state, phase(trial), 101.0)
    state = advance(state, NUMBERS, 102.0)
    assert advance(state, phase(trial), 103.0).numbers == NUMBERS
    assert advance(state, phase(trial, step=1), 103.0).numbers is None


def test_a_notice_changes_nothing(start: RunState) -> None:
    assert advance(start, Notice(text="hello"), 100.0) == start


def test_repetitions_are_counted_from_1_within_the_experiment(
    make_plan: Build, make_planned: Build
) -> None:
    assert repetition_of(make_plan(), make_planned(3, repetition=1)) == (2, 2)
