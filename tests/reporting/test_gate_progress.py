from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest

from bench.model.caution import CautionCode
from bench.model.load_level import ArrivalRate, Users
from bench.model.progress import Notice, TrialBegan
from bench.model.trial import JudgedStep, TrialRecord
from bench.reporting.gate_progress import GateLines, write_gate_trial, write_solo_trial

Build = Callable[..., Any]

CLOSED = Users(users=20)
NUMBERS = {"throughput_per_s": 1000.0, "cpu_s_per_request": 0.001, "pss_bytes": 80_000_000}


@pytest.fixture
def make_arm(make_judged: Build, make_step: Build) -> Build:
    """Build one arm's step, with a row that has its numbers."""

    def make(arm: str, load: Any = CLOSED, index: int = 0, **row: Any) -> JudgedStep:
        judged: JudgedStep = make_judged(
            index=index, rows=(make_step(**{**NUMBERS, "arm": arm, "load": load, **row}),)
        )
        step = judged.step.model_copy(update={"arm": arm, "load": load})
        return judged.model_copy(update={"step": step})

    return make


@pytest.fixture
def make_record(make_trial: Build) -> Build:
    """Build the record of a duet."""

    def make(*steps: JudgedStep, **trial: Any) -> TrialRecord:
        record: TrialRecord = make_trial(steps=steps)
        measured = record.trial.model_copy(update={"variant": "shop", **trial})
        return record.model_copy(update={"trial": measured, "candidate": measured})

    return make


def test_notices_are_lines_and_all_else_is_too_much_for_a_log(make_planned: Build) -> None:
    stream = StringIO()
    lines = GateLines(stream)
    lines.announce(Notice(text="trying out"))
    lines.announce(TrialBegan(trial=make_planned()))
    lines.announce(Notice(text="done"))
    assert stream.getvalue() == "trying out\ndone\n"


def test_a_notice_can_not_steer_a_terminal(hostile: str) -> None:
    stream = StringIO()
    GateLines(stream).announce(Notice(text=hostile))
    assert "\x1b" not in stream.getvalue()
    assert stream.getvalue().count("\n") == 1


def test_a_closed_step_tells_how_much_more_the_candidate_had_and_took(
    make_arm: Build, make_record: Build
) -> None:
    record = make_record(
        make_arm("baseline"),
        make_arm("candidate", throughput_per_s=900.0, cpu_s_per_request=0.0011),
    )
    line = write_gate_trial(record, 3, 8, 13.5)
    assert line == (
        "  blocking-call/shop, duet 3 of 8: "
        "20 users throughput -10.0%, cpu +10.0%, memory +0.0% (13.5 s)"
    )


def test_an_open_step_tells_of_response_times(make_arm: Build, make_record: Build) -> None:
    load = ArrivalRate(rate=50)
    record = make_record(
        make_arm("baseline", load, p50_s=0.1, p95_s=0.2),
        make_arm("candidate", load, p50_s=0.1, p95_s=0.3),
    )
    line = write_gate_trial(record, 1, None, 4.0)
    assert line == "  blocking-call/shop, duet 1: 50/s p50 +0.0%, p95 +50.0%, cpu +0.0% (4 s)"


def test_conditions_tell_duets_of_one_variant_apart(make_arm: Build, make_record: Build) -> None:
    record = make_record(make_arm("baseline"), make_arm("candidate"), stratum={"rows": 10})
    assert write_gate_trial(record, 1, 8, 4.0).startswith("  blocking-call/shop (rows=10), duet 1")


def test_a_step_that_does_not_count_says_for_which_arm_and_why(
    make_arm: Build, make_record: Build
) -> None:
    record = make_record(
        make_arm("baseline"), make_arm("candidate", cautions=(CautionCode.ERRORS,))
    )
    assert "20 users not counted (candidate: errors)" in write_gate_trial(record, 1, 8, 4.0)


def test_an_arm_without_numbers_says_so(make_arm: Build, make_record: Build) -> None:
    record = make_record(make_arm("baseline"))
    assert "not counted (candidate: nothing was measured)" in write_gate_trial(record, 1, 8, 4.0)
    nothing = dict.fromkeys(NUMBERS)
    silent = make_record(make_arm("baseline", **nothing), make_arm("candidate", **nothing))
    assert "20 users without numbers (4 s)" in write_gate_trial(silent, 1, 8, 4.0)


def test_each_step_of_a_duet_has_its_part_of_the_line(make_arm: Build, make_record: Build) -> None:
    rate = ArrivalRate(rate=50)
    arms = [
        make_arm(arm, load, index)
        for index, load in enumerate((CLOSED, rate))
        for arm in ("baseline", "candidate")
    ]
    line = write_gate_trial(make_record(*arms), 1, 8, 4.0)
    assert "20 users throughput" in line
    assert "; 50/s p50" in line


def test_a_candidate_alone_tells_what_it_measured(make_judged: Build, make_trial: Build) -> None:
    line = write_solo_trial(make_trial(steps=(make_judged(),)), 4.0)
    assert line.startswith("  blocking-call/blocking-client: 20 users")
    assert line.endswith("(4 s)")
