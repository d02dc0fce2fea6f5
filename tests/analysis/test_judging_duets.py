from __future__ import annotations

import pytest

from bench.analysis.judging import ArmLines, judge_duet, judge_trial
from bench.model.caution import CautionCode
from bench.model.trial import StepTimes

SHORT = StepTimes(started_s=100.0, opens_at_s=102.0, closes_at_s=103.0, drained_at_s=104.0)


def arm(build, name, first, second, **step):
    """Return an arm with so many completions in each slice of its window's halves."""
    counts = [first] * 5 + [second] * 5
    slices = [build.requests([], slice=2 + at, completed=count) for at, count in enumerate(counts)]
    trial = build.trial(build.step(arm=name, **step), mode="duet", arm=name)
    return ArmLines(trial, slices, [], [])


def judge(build, baseline, candidate, **step):
    """Judge a duet, each arm given by the completions in the halves of its window."""
    return judge_duet(
        arm(build, "baseline", *baseline, **step),
        arm(build, "candidate", *candidate, **step),
        build.file(),
    )


def unsteady(judged):
    """Return for each step whether it is said not to have held still."""
    return [
        CautionCode.NO_STEADY_STATE in {caution.code for caution in step.cautions}
        for step in judged
    ]


def test_the_baselines_steps_come_first(build):
    judged = judge(build, (100, 100), (80, 80))

    assert [step.step.arm for step in judged] == ["baseline", "candidate"]
    assert [step.rows[0].arm for step in judged] == ["baseline", "candidate"]
    assert [step.rows[0].throughput_per_s for step in judged] == [100.0, 80.0]
    assert {step.rows[0].mode for step in judged} == {"duet"}


@pytest.mark.parametrize("second", [500, 700, 1400])
def test_a_swing_that_hits_both_arms_alike_is_no_caution(build, second):
    assert unsteady(judge(build, (1000, second), (1000, second))) == [False, False]
    alone = arm(build, None, 1000, second)
    assert unsteady(judge_trial(alone.trial, build.file(), alone.slices, [], [])) == [True]


@pytest.mark.parametrize("second", [890, 1120])
@pytest.mark.parametrize("hit", [0, 1])
def test_a_swing_that_hits_one_arm_is_a_caution_for_both(build, hit, second):
    halves = [(1000, 1000), (1000, 1000)]
    halves[hit] = (1000, second)

    judged = judge(build, *halves)

    assert unsteady(judged) == [True, True]
    assert [step.valid for step in judged] == [False, False]


def test_up_to_a_tenth_the_ratio_may_move(build):
    assert unsteady(judge(build, (1000, 1000), (1000, 910))) == [False, False]


def test_a_swing_in_opposite_directions_adds_up(build):
    # 6 % up and 6 % down: neither is much, and the ratio moved by 13 %
    first, _ = judged = judge(build, (1000, 1060), (1000, 940))

    assert unsteady(judged) == [True, True]
    (caution,) = (each for each in first.cautions if each.code is CautionCode.NO_STEADY_STATE)
    assert "moved by 13% between the window's halves; up to 10%" in caution.detail


def test_few_completions_may_differ_by_chance(build):
    # 40, 60, 50 and 50 completions: twice the standard error of the log ratio of ratios is 0.57
    assert unsteady(judge(build, (8, 12), (10, 10))) == [False, False]
    assert unsteady(judge(build, (7, 13), (10, 10))) == [True, True]


def test_an_arm_without_completions_in_a_half_has_no_ratio(build):
    judged = judge(build, (1000, 1000), (1000, 0))

    assert unsteady(judged) == [False, False]


def test_a_window_without_halves_has_no_ratio_that_could_move(build):
    assert unsteady(judge(build, (1000, 10), (10, 1000), times=SHORT)) == [False, False]


def test_a_level_that_was_skipped_is_skipped_for_both(build):
    judged = judge(build, (0, 0), (0, 0), times=None, skipped="its warm-up would take 90 s")

    assert [[each.code for each in step.cautions] for step in judged] == [
        [CautionCode.LEVEL_SKIPPED]
    ] * 2


def test_each_step_is_held_against_the_same_step_of_the_other_arm(build):
    def two_steps(name, second):
        steps = [build.step(index=index, arm=name) for index in range(2)]
        slices = [
            build.requests([], slice=at, step=index, completed=count if at > 6 else 1000)
            for index, count in enumerate((1000, second))
            for at in range(2, 12)
        ]
        trial = build.trial(*steps, mode="duet", arm=name)
        return ArmLines(trial, slices, [], [])

    judged = judge_duet(two_steps("baseline", 500), two_steps("candidate", 700), build.file())

    assert [step.step.index for step in judged] == [0, 1, 0, 1]
    assert unsteady(judged) == [False, True, False, True]


def test_what_is_wrong_with_one_arm_alone_is_not_held_against_the_other(build):
    sound = arm(build, "baseline", 1000, 1000)
    failing = arm(build, "candidate", 1000, 1000)
    failing = failing._replace(
        slices=[*failing.slices, build.requests([1], outcome="timeout")],
        readings=[build.machine("opens", steal_s=0.0), build.machine("closes", steal_s=3.0)],
    )

    judged = judge_duet(sound, failing, build.file(), cores=2)

    assert [step.valid for step in judged] == [True, False]
    assert [caution.code for caution in judged[1].cautions] == [
        *(CautionCode.CPU_STOLEN, CautionCode.ERRORS)
    ]


def test_an_event_of_each_open_stream_may_fall_into_either_half(build):
    def judged(open_streams):
        def swinging(name, first, second):
            of_arm = arm(build, name, first, second)
            streams = [build.stream(1, slice=at, open=open_streams) for at in (2, 11)]
            return of_arm._replace(slices=[*of_arm.slices, *streams])

        arms = (swinging("baseline", 1000, 1000), swinging("candidate", 1000, 1200))
        return unsteady(judge_duet(*arms, build.file()))

    assert judged(open_streams=1) == [True, True]
    assert judged(open_streams=1000) == [False, False]
