from __future__ import annotations

import math

import pytest

from benchmarks.gate_banks.bank_files import KEPT, BankedTrial, BankFolder
from benchmarks.gate_banks.plans import BANKS, BankPlan, environments
from benchmarks.gate_banks.practices import judge_practices
from benchmarks.gate_banks.replayed import Question, replay_question
from benchmarks.gate_banks.table import write_tables


def arm(worse=1.0, **changes):
    """Return what a bank keeps of one arm, its cost that many times as high."""
    numbers = dict.fromkeys(KEPT, 1.0) | {
        "throughput_per_s": 1000 / worse,
        "cpu_s_per_request": 0.0001 * worse,
        "pss_bytes": 100e6,
    }
    return numbers | changes


def trial(worse=1.0, cautions=(), seconds=7.0):
    return BankedTrial(
        at="2026-01-01T00:00:00+00:00",
        sitting="s",
        seconds=seconds,
        seed=1,
        starts_first="baseline",
        baseline=arm(),
        candidate=arm(worse),
        cautions=cautions,
    )


@pytest.fixture
def banks(tmp_path):
    return BankFolder("f" * 64, tmp_path)


def fill(banks, name, worse=1.0, trials=40, noise=0.005):
    for number in range(trials):
        wobble = 1 + noise * (-1) ** number * (1 + number % 3) / 3
        banks.append(name, trial(worse * wobble))


def test_a_bank_is_read_back_as_it_was_written(banks):
    written = [trial(1.05), trial(cautions=("cpu-stolen",))]
    for each in written:
        banks.append("a", each)

    assert banks.read("a") == written
    assert [each.is_valid for each in banks.read("a")] == [True, False]
    assert banks.read("b") == []


def test_notes_lie_beside_the_banks(banks):
    assert banks.read_note("spin") is None
    banks.write_note("spin", {"loops": 3})
    assert banks.read_note("spin") == {"loops": 3}


def test_banks_have_names_of_their_own_and_the_trials_that_were_asked_for():
    assert len({plan.name for plan in BANKS}) == len(BANKS)
    asked = {plan.name: plan.trials for plan in BANKS}
    assert (asked["async-aa"], asked["threaded-aa"], asked["noisy-aa"]) == (400, 200, 200)


def test_an_a_a_bank_has_equal_sides():
    baseline, candidate = environments(BankPlan("a", "async", 1), 1000.0)
    assert baseline == candidate == {}


def test_more_cpu_is_a_share_of_the_loop_that_doubles_it():
    assert environments(BankPlan("a", "async", 1, "cpu", 0.05), 1000.0) == (
        {},
        {"SPIN_LOOPS": "50"},
    )


def test_more_waiting_and_memory_are_relative_to_what_the_baseline_has():
    waiting = environments(BankPlan("a", "async", 1, "wait", 0.05), 1000.0)
    assert [float(side["WAIT_MS"]) for side in waiting] == [20.0, pytest.approx(21.0)]
    light, heavy = environments(BankPlan("a", "async", 1, "memory", 0.05), 1000.0)
    extra = int(heavy["BALLAST_KIB"]) - int(light["BALLAST_KIB"])
    assert extra == pytest.approx(0.05 * (int(light["BALLAST_KIB"]) + 36 * 1024), abs=1)


def test_gates_drawn_from_equal_sides_pass_and_from_worse_ones_do_not(banks):
    fill(banks, "async-aa")
    fill(banks, "async-cpu-5", worse=1.05)

    alike = replay_question(Question("async-aa"), banks)
    worse = replay_question(Question("async-cpu-5"), banks)

    assert (alike.rates.regressions, alike.rates.passed) == (0.0, 1.0)
    assert worse.rates.regressions == 1.0
    assert worse.effects["cpu"] == pytest.approx(0.05, abs=0.002)
    assert alike.seconds_to_verdict == 8 * 7.0


def test_trials_that_do_not_count_cost_time_and_nothing_else(banks):
    fill(banks, "async-aa", trials=30)
    for _ in range(10):
        banks.append("async-aa", trial(2.0, cautions=("generator-starved",)))

    found = replay_question(Question("async-aa"), banks)

    assert (found.trials, found.dropped) == (40, 10)
    assert found.rates.regressions == 0.0
    assert found.seconds_per_trial == pytest.approx(7.0 * 40 / 30)


def test_a_bank_with_too_few_trials_is_not_replayed(banks):
    fill(banks, "async-aa", trials=7)
    assert replay_question(Question("async-aa"), banks) is None


def test_common_practices_cry_by_their_threshold(banks):
    fill(banks, "solo-aa", trials=12)
    fill(banks, "solo-cpu-5", worse=1.08, trials=12)

    found = {
        (each.practice, each.bank, each.threshold): each
        for each in judge_practices(banks)
        if each.runs == 1
    }

    assert found["first A then B", "solo-aa", 0.05].alarms == 0
    assert found["first A then B", "solo-cpu-5", 0.05].alarms == 12
    assert found["stored baseline", "solo-cpu-5", 0.10].alarms == 0


def test_tables_have_a_line_for_each_finding(banks):
    fill(banks, "async-aa")
    fill(banks, "solo-aa", trials=12)
    live = [
        {"effect": 0.0, "verdict": "pass", "trials": 8, "elapsed_s": 55.0},
        {"effect": 0.05, "verdict": "regression", "trials": 16, "elapsed_s": 110.0},
    ]

    text = write_tables(
        [replay_question(Question("async-aa"), banks)], judge_practices(banks), live
    )

    assert "| async-aa | default | 40 (0) |" in text
    assert text.count("| first A then B | solo-aa |") == 4
    assert "| A/A | 1 | 1 pass | 8 | 55 s | 55 s |" in text
    assert "| 5% more CPU per request | 1 | 1 regression | 16 | 110 s | 110 s |" in text


def test_the_worsening_of_throughput_is_that_of_time_per_request(banks):
    fill(banks, "async-cpu-5", worse=1.05, noise=0.0001)
    found = replay_question(Question("async-cpu-5"), banks)
    assert math.isclose(found.effects["throughput"], found.effects["cpu"], rel_tol=1e-6)
