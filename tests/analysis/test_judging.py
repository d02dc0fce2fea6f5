from __future__ import annotations

from bench.analysis.judging import judge_trial
from bench.model.caution import CautionCode


def test_a_sound_step_is_valid_and_has_its_rows(build):
    trial = build.trial()

    (judged,) = judge_trial(trial, build.file(), [*build.steady(), build.generator()], [], [])

    assert judged.step == trial.steps[0]
    assert (judged.valid, judged.cautions) == (True, ())
    assert judged.rows[0].throughput_per_s == 10.0
    assert judged.rows[0].valid


def test_a_step_under_a_grave_doubt_is_invalid_and_so_are_its_rows(build):
    slices = [*build.steady(), build.requests([1], outcome="timeout")]

    (judged,) = judge_trial(build.trial(), build.file(), slices, [], [])

    assert not judged.valid
    assert [caution.code for caution in judged.cautions] == [CautionCode.ERRORS]
    assert {row.valid for row in judged.rows} == {False}
    assert {row.cautions for row in judged.rows} == {(CautionCode.ERRORS,)}


def test_the_experiments_own_budget_of_errors_counts(build):
    slices = [*build.steady(), build.requests([1], outcome="timeout")]

    (judged,) = judge_trial(build.trial(), build.file(max_error_ratio=0.5), slices, [], [])

    assert judged.valid


def test_a_doubt_that_is_only_a_note_leaves_the_step_valid(build):
    (judged,) = judge_trial(
        build.trial(), build.file(), [*build.steady(), build.censored()], [], []
    )

    assert judged.valid
    assert judged.rows[0].cautions == (CautionCode.CENSORED,)


def test_every_step_is_judged_by_its_own_lines_readings_and_observations(build):
    later = {"started_s": 200.0, "opens_at_s": 202.0, "closes_at_s": 212.0, "drained_at_s": 213.0}
    trial = build.trial(build.step(), build.step(index=1, times=later))
    slices = [*build.steady(), *build.steady(per_slice=20, value_us=500_000, step=1)]
    readings = [build.reading(rss_bytes=1), build.reading(rss_bytes=2, t_s=205.0, step=1)]
    told = [build.observation(0.1), build.observation(0.2, t_s=205.0)]

    judged = judge_trial(trial, build.file(), slices, readings, told)

    rows = [step.rows[0] for step in judged]
    assert [row.throughput_per_s for row in rows] == [10.0, 20.0]
    assert [row.rss_bytes for row in rows] == [1, 2]
    assert [row.loop_lag_p99_s for row in rows] == [0.1, 0.2]


def test_stolen_time_is_held_against_the_cores_of_the_machine(build):
    readings = [build.machine("opens", steal_s=0.0), build.machine("closes", steal_s=3.0)]

    two, four = (
        judge_trial(build.trial(), build.file(), build.steady(), readings, [], cores=cores)[0]
        for cores in (2, 4)
    )

    assert (two.valid, four.valid) == (False, True)
