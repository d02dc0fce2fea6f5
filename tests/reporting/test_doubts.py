from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.model.caution import CautionCode
from bench.reporting.doubts import build_doubts

Build = Callable[..., Any]


def test_a_run_without_doubts_says_so(make_run: Build, make_row: Build) -> None:
    section = build_doubts(make_run(), [make_row()])
    assert section.paragraphs == ("No step is under any doubt that is looked for.",)
    assert section.tables == ()


def test_every_doubt_about_the_run_is_said(
    make_run: Build, make_plan: Build, make_trial: Build, make_environment: Build
) -> None:
    run = make_run(
        unfinished=(3, 4),
        attempt=2,
        git_commit="abc",
        git_dirty=True,
        plan=make_plan(pin="none"),
        environment=make_environment(missing=("pss",), steal_ratio=0.031),
        trials=(
            make_trial(2, failure="the target died"),
            make_trial(3).model_copy(update={"set_aside": (CautionCode.CPU_STOLEN,) * 2}),
        ),
    )
    assert build_doubts(run, []).paragraphs == (
        "2 of 4 planned trials were not finished: 3, 4.",
        "Trial 2 ended early: the target died",
        "Set aside, as something disturbed them: 2 attempts at a trial.",
        "The run was resumed: this is attempt 2.",
        "This system could not tell or do: pss.",
        "The hypervisor had taken 3.10 % of the CPU time before the run.",
        "The working tree had changes that are in no commit.",
        "Nothing was pinned to cores, as asked for.",
    )


def test_each_caution_is_told_with_its_place_and_value(
    make_run: Build, make_trial: Build, make_judged: Build, make_row: Build
) -> None:
    doubt = (CautionCode.GENERATOR_LAG, "loop lag p99 12 ms")
    trial = make_trial(5, steps=(make_judged(doubts=(doubt,)),))
    section = build_doubts(make_run(trials=(trial,)), [make_row(cautions=doubt[:1])])
    legend, places = section.tables
    assert legend.rows[0].cells[0] == "generator-lag"
    assert places.rows[0].cells == (
        "5",
        "blocking-call",
        "blocking-client",
        "20 users",
        "generator-lag",
        "loop lag p99 12 ms",
    )
    assert places.notes == ("1 caution in 1 trial.",)
