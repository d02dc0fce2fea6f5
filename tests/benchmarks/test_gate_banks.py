from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from bench.execution.machine.environment import read_environment
from benchmarks.gate_banks.bank_files import (
    FOLDER,
    KEPT,
    BankedTrial,
    BankFolder,
    Banks,
    find_banks,
)
from benchmarks.gate_banks.chart import write_chart
from benchmarks.gate_banks.plans import BANKS, BankPlan, environments
from benchmarks.gate_banks.practices import judge_practices
from benchmarks.gate_banks.replayed import Draws, Question, replay_question
from benchmarks.gate_banks.table import put_tables, write_tables

FEW = Draws(gates=1_000, banks=5, gates_of_each=100)


def arm(worse=1.0, **changes):
    """Return what a bank keeps of one arm, its cost that many times as high."""
    numbers = dict.fromkeys(KEPT, 1.0) | {
        "throughput_per_s": 1000 / worse,
        "cpu_s_per_request": 0.0001 * worse,
        "pss_bytes": 100e6,
    }
    return numbers | changes


def trial(worse=1.0, cautions=(), seconds=7.0, machine="f" * 16):
    return BankedTrial(
        machine=machine,
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
def folder(tmp_path):
    return BankFolder("f" * 64, tmp_path)


@pytest.fixture
def banks(folder):
    return Banks([folder])


def fill(folder, name, worse=1.0, trials=40, noise=0.005):
    for number in range(trials):
        wobble = 1 + noise * (-1) ** number * (1 + number % 3) / 3
        folder.append(name, trial(worse * wobble, machine=folder.machine))


def test_a_bank_is_read_back_as_it_was_written(folder, banks):
    written = [trial(1.05), trial(cautions=("cpu-stolen",))]
    for each in written:
        folder.append("a", each)

    assert banks.read("a") == written
    assert [each.is_valid for each in banks.read("a")] == [True, False]
    assert banks.read("b") == []


def test_notes_lie_beside_the_banks(folder):
    assert folder.read_note("spin") is None
    folder.write_note("spin", {"loops": 3})
    assert folder.read_note("spin") == {"loops": 3}


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


def test_gates_drawn_from_equal_sides_pass_and_from_worse_ones_do_not(folder, banks):
    fill(folder, "async-aa")
    fill(folder, "async-cpu-5", worse=1.05)

    alike = replay_question(Question("async-aa"), banks, FEW)
    worse = replay_question(Question("async-cpu-5"), banks, FEW)

    assert (alike.rates.regressions, alike.rates.passed) == (0.0, 1.0)
    assert worse.rates.regressions == 1.0
    assert worse.effects["cpu"] == pytest.approx(0.05, abs=0.002)
    assert alike.seconds_to_verdict == 8 * 7.0


def test_trials_that_do_not_count_cost_time_and_nothing_else(folder, banks):
    fill(folder, "async-aa", trials=30)
    for _ in range(10):
        folder.append("async-aa", trial(2.0, cautions=("generator-starved",)))

    found = replay_question(Question("async-aa"), banks, FEW)

    assert (found.trials, found.dropped) == (40, 10)
    assert found.rates.regressions == 0.0
    assert found.seconds_per_trial == pytest.approx(7.0 * 40 / 30)


def test_a_bank_with_too_few_trials_is_not_replayed(folder, banks):
    fill(folder, "async-aa", trials=7)
    assert replay_question(Question("async-aa"), banks, FEW) is None


def test_common_practices_cry_by_their_threshold(folder, banks):
    fill(folder, "solo-aa", trials=12)
    fill(folder, "solo-cpu-5", worse=1.08, trials=12)

    found = {
        (each.practice, each.bank, each.threshold): each
        for each in judge_practices(banks)
        if each.runs == 1
    }

    assert found["first A then B", "solo-aa", 0.05].alarms == 0
    assert found["first A then B", "solo-cpu-5", 0.05].alarms == 12
    assert found["stored baseline", "solo-cpu-5", 0.10].alarms == 0


def test_tables_have_a_line_for_each_finding(folder, banks):
    fill(folder, "async-aa")
    fill(folder, "solo-aa", trials=12)
    live = [
        {"effect": 0.0, "verdict": "pass", "trials": 8, "elapsed_s": 55.0},
        {"effect": 0.05, "verdict": "regression", "trials": 16, "elapsed_s": 110.0},
    ]

    text = write_tables(
        [replay_question(Question("async-aa"), banks, FEW)], judge_practices(banks), live
    )

    assert "| async: the same version | 1 | 40 (0) |" in text
    assert text.count("| first A then B | async, alone: the same version |") == 4
    assert "| A/A | 1 | 1 pass | 8 | 55 s | 55 s |" in text
    assert "| 5% more CPU per request | 1 | 1 regression | 16 | 110 s | 110 s |" in text


def test_the_chart_names_each_question_and_is_the_same_each_time(folder, banks, tmp_path):
    fill(folder, "async-aa")
    fill(folder, "async-cpu-3", worse=1.03)
    asked = (Question("async-aa"), Question("async-cpu-3", 0.015))
    found = [replay_question(each, banks, FEW) for each in asked]

    for name in ("a.svg", "b.svg"):
        write_chart(found, tmp_path / name)

    drawn = (tmp_path / "a.svg").read_text()
    assert "async: the same version" in drawn
    assert "async: 3% more CPU per request (min effect 1.5%)" in drawn
    assert all(f">{each.rates.regressions:.2%} regression<" in drawn for each in found)
    assert (tmp_path / "b.svg").read_text() == drawn


def test_the_worsening_of_throughput_is_that_of_time_per_request(folder, banks):
    fill(folder, "async-cpu-5", worse=1.05, noise=0.0001)
    found = replay_question(Question("async-cpu-5"), banks, FEW)
    assert math.isclose(found.effects["throughput"], found.effects["cpu"], rel_tol=1e-6)


def test_gates_of_two_machines_are_drawn_apart_and_add_up(tmp_path):
    # What a request costs differs by a tenth between the sides on one machine alone.
    alike, apart = (BankFolder(letter * 64, tmp_path) for letter in "ab")
    fill(alike, "async-aa", trials=60)
    fill(apart, "async-aa", worse=1.1, trials=20)

    found = replay_question(Question("async-aa"), Banks([alike, apart]), FEW)

    assert (found.machines, found.trials) == (2, 80)
    assert 0.2 < found.rates.regressions < 0.3
    assert found.rates.passed == pytest.approx(1 - found.rates.regressions)


def test_a_stored_baseline_is_one_of_the_same_machine(tmp_path):
    slow, fast = (BankFolder(letter * 64, tmp_path) for letter in "ab")
    for folder, throughput in ((slow, 500.0), (fast, 1000.0)):
        for _ in range(6):
            each = trial(machine=folder.machine)
            sides = ("baseline", "candidate")
            served = {
                side: getattr(each, side) | {"throughput_per_s": throughput} for side in sides
            }
            folder.append("solo-aa", replace(each, **served))

    found = judge_practices(Banks([fast, slow]))

    assert [each.alarms for each in found] == [0] * 8
    assert {each.verdicts for each in found} == {12, 4}


def environment(**identity):
    known = {"cpu_model": "EPYC", "memory_gib": "24"}
    return read_environment().model_copy(update={"identity": known | identity})


def test_banks_of_one_kind_are_found_together_and_of_two_kinds_are_refused(tmp_path):
    for letter, cores in (("a", "2"), ("b", "2"), ("c", "4")):
        folder = BankFolder(letter * 64, tmp_path)
        folder.add_sitting("s", "abc", False, environment(machine_id=letter, cores=cores))

    found = find_banks(["aaaa", "b"], tmp_path)

    assert [folder.machine[0] for folder in found.folders] == ["a", "b"]
    with pytest.raises(ValueError, match="--machine"):
        find_banks(folder=tmp_path)
    with pytest.raises(ValueError, match="none"):
        find_banks(["d"], tmp_path)


def test_what_machines_of_one_kind_have_recorded_adds_up(tmp_path):
    for letter, cores in (("a", "2"), ("b", "2"), ("c", "4")):
        folder = BankFolder(letter * 64, tmp_path)
        folder.add_sitting("s", "abc", False, environment(machine_id=letter, cores=cores))
        fill(folder, "async-aa", trials=3)

    assert len(BankFolder("b" * 64, tmp_path).find_alike().read("async-aa")) == 6


def test_live_gates_of_all_machines_are_read(tmp_path):
    folders = [BankFolder(letter * 64, tmp_path) for letter in "ab"]
    folders[0].write_note("live", {"gates": [{"effect": 0.0}]})

    assert Banks(folders).read_live() == [{"effect": 0.0}]


def test_the_page_has_the_tables_that_were_replayed_last():
    tables = FOLDER / "tables.md"
    page = Path(__file__).parents[2] / "docs/explanation/the-gate.md"
    text = page.read_text(encoding="utf-8")
    assert put_tables(text, tables.read_text(encoding="utf-8")) == text
