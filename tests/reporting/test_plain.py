from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

from bench.model.caution import CautionCode
from bench.model.knee import Attempt, Knee
from bench.model.load_level import ArrivalRate, Users
from bench.model.progress import (
    LiveNumbers,
    Notice,
    StepPhaseBegan,
    StepSearched,
    TrialBegan,
    TrialEnded,
)
from bench.reporting.plain import PlainLines

Build = Callable[..., Any]


def began(trial: Any, step: int, phase: Any = "window") -> StepPhaseBegan:
    load = Users(users=(1, 20)[step])
    return StepPhaseBegan(trial=trial, step=step, load=load, phase=phase, expected_s=6.0)


def test_a_trial_reads_from_its_start_to_its_results(
    make_plan: Build, make_planned: Build, make_judged: Build
) -> None:
    out = StringIO()
    trial = make_planned(1)
    ticks = iter([0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 15.0, 15.0])
    doubts = ((CautionCode.CENSORED, "2"),)
    steps = (make_judged(0, 1, doubts=doubts), make_judged(1, valid=False))
    nothing = dict.fromkeys(LiveNumbers.model_fields)
    with PlainLines(out, make_plan(), {1: 30.0, 2: 30.0}, clock=lambda: next(ticks)) as view:
        view.announce(TrialBegan(trial=trial))
        view.announce(began(trial, 0, "warm-up"))
        view.announce(began(trial, 0))
        view.announce(
            LiveNumbers(**{**nothing, "t_s": 1.0, "errors": 0, "outcomes": {}, "in_flight": 1})
        )
        view.announce(began(trial, 1))
        view.announce(TrialEnded(trial=trial, steps=steps, failure=None))
        view.announce(Notice(text="Results are kept."))
    assert out.getvalue().splitlines() == [
        "trial 1 of 2: blocking-call blocking-client, repetition 1 of 2, about 1 min left",
        "  step 1 of 2 driven: 1 user, about 56 s left",
        "  1 user: 9.90/s, p50 2 s, p99 2.1 s, errors 0 % [censored]",
        "  20 users: 9.90/s, p50 2 s, p99 2.1 s, errors 0 % [not valid]",
        "  1 of 2 trials done, about 15 s left",
        "Results are kept.",
    ]


def test_a_failure_is_told_and_the_last_trial_leaves_no_time(
    make_plan: Build, make_planned: Build, make_judged: Build, make_step: Build
) -> None:
    out = StringIO()
    trial = make_planned(1, stratum={"case": "wait"})
    skipped = make_judged(0, rows=(), skipped="its warm-up takes 50 s")
    blank = make_judged(0, rows=(make_step(name="GET /"),))
    with PlainLines(out, make_plan(), {1: 30.0}, clock=lambda: 0.0) as view:
        view.announce(TrialBegan(trial=trial))
        view.announce(TrialEnded(trial=trial, steps=(skipped, blank), failure="it died"))
    assert out.getvalue().splitlines()[1:] == [
        "  20 users: its warm-up takes 50 s",
        "  20 users: no numbers",
        "  failed: it died",
        "  1 of 1 trials done",
    ]


def test_no_control_character_reaches_a_log(
    make_plan: Build, make_planned: Build, hostile: str
) -> None:
    out = StringIO()
    trial = make_planned(1, stratum={"s": hostile})
    with PlainLines(out, make_plan(), {1: 30.0}) as view:
        view.announce(Notice(text=hostile))
        view.announce(TrialBegan(trial=trial))
        view.announce(TrialEnded(trial=trial, steps=(), failure=hostile))
    assert all(line.isprintable() for line in out.getvalue().splitlines())
    assert len(out.getvalue().splitlines()) == 4


def test_a_search_is_told_rate_by_rate_and_ends_with_its_knee(
    make_plan: Build, make_search: Build
) -> None:
    out = StringIO()
    trial = make_search(1)
    attempts = (
        Attempt(rate_per_s=10, verdict="holds", because=""),
        Attempt(rate_per_s=20, verdict="fails", because="p99 was 300ms"),
    )
    knee = Knee(
        conditions=trial.search.conditions,
        end="found",
        holds_per_s=10,
        fails_per_s=20,
        because="at 20/s p99 was 300ms",
        attempts=attempts,
    )
    with PlainLines(out, make_plan(), {1: 30.0}, clock=lambda: 0.0) as view:
        view.announce(TrialBegan(trial=trial))
        for step, attempt in enumerate(attempts):
            load = ArrivalRate(rate=attempt.rate_per_s)
            view.announce(
                StepPhaseBegan(trial=trial, step=step, load=load, phase="pilot", expected_s=1.0)
            )
            view.announce(StepSearched(trial=trial, step=step, attempt=attempt))
        view.announce(TrialEnded(trial=trial, steps=(), failure=None, knee=knee))
    assert out.getvalue().splitlines()[1:] == [
        "  10/s holds, about 30 s left",
        "  20/s does not hold: p99 was 300ms, about 30 s left",
        "  knee: 10/s; at 20/s p99 was 300ms",
        "  1 of 1 trials done",
    ]


def test_a_duet_tells_the_steps_of_both_arms(
    make_plan: Build, make_duet: Build, make_judged: Build
) -> None:
    out = StringIO()
    trial = make_duet(1)
    steps = [
        make_judged(index, users, arm=arm)
        for arm in ("baseline", "candidate")
        for index, users in enumerate((1, 20))
    ]
    plan = make_plan(trials=(trial, make_duet(2, repetition=1)))
    with PlainLines(out, plan, {1: 30.0}, clock=lambda: 0.0) as view:
        view.announce(TrialBegan(trial=trial))
        view.announce(began(trial, 0))
        view.announce(began(trial, 1))
        view.announce(TrialEnded(trial=trial, steps=tuple(steps), failure=None))
    name = "blocking-call blocking-client against async-client, duet"
    numbers = "9.90/s, p50 2 s, p99 2.1 s, errors 0 %"
    assert out.getvalue().splitlines() == [
        f"trial 1 of 1: {name}, repetition 1 of 2, about 30 s left",
        "  step 1 of 2 driven: 1 user, about 30 s left",
        f"  1 user, baseline: {numbers}",
        f"  20 users, baseline: {numbers}",
        f"  1 user, candidate: {numbers}",
        f"  20 users, candidate: {numbers}",
        "  1 of 1 trials done",
    ]
