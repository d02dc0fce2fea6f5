from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from bench.analysis.gating.assessing import assess
from bench.analysis.gating.duets import GateUnit
from bench.analysis.gating.gathering import gather_series
from bench.analysis.gating.rule import DEFAULT_RULE, decide
from bench.model.caution import CautionCode
from bench.model.gate import GateVerdict
from bench.model.gate_settings import GateSettings

PASS, REGRESSION = GateVerdict.PASS, GateVerdict.REGRESSION
INCONCLUSIVE, INVALID = GateVerdict.INCONCLUSIVE, GateVerdict.INVALID

UNIT = GateUnit("shop", (), "async")
STOLEN = {"cautions": (CautionCode.CPU_STOLEN,)}
UNSTEADY = {"cautions": (CautionCode.NO_STEADY_STATE,)}
THROTTLED = {"cautions": (CautionCode.THROTTLED,)}
FAILED = {"errors": {"http-500": 5}, "cautions": (CautionCode.ERRORS,)}
CPU = {"shop": GateSettings(quantities=("cpu",))}


@pytest.fixture
def judge(duet):
    def judge(records, settings=None, **changes):
        return assess(records, settings or {}, {"shop": duet.file()}, **changes)

    return judge


def row_of(assessment, quantity):
    (row,) = (row for row in assessment.rows if row.quantity == quantity)
    return row


def verdicts(assessment):
    return {row.quantity: row.verdict for row in assessment.rows}


def test_a_candidate_that_is_no_worse_passes_with_its_screening(duet, judge, noise):
    assessment = judge(duet.trials(noise))

    assert verdicts(assessment) == dict.fromkeys(("throughput", "cpu", "memory", "errors"), PASS)
    assert assessment.wants == {}


def test_a_unit_asks_for_the_rest_of_its_screening(duet, judge, noise):
    assert judge(duet.trials(noise[:3])).wants == {UNIT: 8}


def test_a_unit_that_has_no_trial_yet_asks_for_its_screening(duet, judge, noise):
    other = GateUnit("shop", (), "threads")

    assessment = judge(duet.trials(noise), units=(UNIT, other))

    assert assessment.wants == {other: 8}
    assert assessment.unmeasured == (other,)


def test_a_worsening_is_screened_and_confirmed(duet, judge, noise):
    worse = [0.05 + each for each in noise]

    screened, confirmed = judge(duet.trials(worse)), judge(duet.trials(worse * 2))

    assert screened.wants == {UNIT: 16}
    assert verdicts(screened)["cpu"] is INCONCLUSIVE
    assert verdicts(confirmed)["cpu"] is REGRESSION
    assert verdicts(confirmed)["memory"] is PASS
    assert confirmed.wants == {}


def test_a_row_has_the_numbers_of_the_trials_that_it_rests_on(duet, judge, noise):
    worse = [0.05 + each for each in noise] * 2

    row = row_of(judge(duet.trials([*worse, 9.0])), "throughput")

    theirs = stats.ttest_1samp(worse, 0).confidence_interval(row.level)
    assert (row.n, row.dropped, row.unit) == (16, 0, "1/s")
    assert row.baseline == pytest.approx(1000.0)
    assert row.candidate == pytest.approx(1000.0 / math.exp(0.05))
    assert row.ratio == pytest.approx(math.exp(-0.05))
    assert row.worsening == pytest.approx(math.expm1(0.05))
    assert row.low == pytest.approx(math.exp(-theirs.high))
    assert row.high == pytest.approx(math.exp(-theirs.low))
    assert row.sign_flip_p == 2 / 2**16
    assert row.min_effect == 0.03
    # What matters, and 1.28 standard errors of a confirmation of 8.
    assert row.detectable == pytest.approx(0.03 + 1.28 * 0.00283 / math.sqrt(8), abs=1e-4)
    assert row.trials_needed == 8


def test_the_worse_end_of_the_interval_is_the_bound_that_let_it_pass(duet, judge, noise):
    wide = [13 * each for each in noise]
    trials = [*wide, *noise]

    screened, passed = judge(duet.trials(wide), CPU), judge(duet.trials(trials), CPU)

    assert row_of(screened, "cpu").high > 1.03
    assert row_of(passed, "cpu").high < 1.03
    assert row_of(passed, "cpu").verdict is PASS


def test_one_trial_that_is_left_out_is_replaced_and_counted(duet, judge, noise):
    records = [*duet.trials(noise), duet.trial(9, baseline=STOLEN)]
    moved = [duet.trial(1, baseline=STOLEN), *duet.trials(noise, first=2)]

    assert judge([*duet.trials(noise[:7]), duet.trial(8, baseline=STOLEN)]).wants == {UNIT: 9}
    # Behind the last trial that a verdict rests on, it doesn't count.
    assert (row_of(judge(records), "cpu").n, row_of(judge(records), "cpu").dropped) == (8, 0)
    assert (row_of(judge(moved), "cpu").n, row_of(judge(moved), "cpu").dropped) == (8, 1)
    assert row_of(judge(moved), "cpu").verdict is PASS


def test_more_than_a_tenth_left_out_makes_a_row_invalid(duet, judge, noise):
    spoiled = [duet.trial(number, candidate=UNSTEADY) for number in (1, 2)]

    assessment = judge([*spoiled, *duet.trials(noise, first=3)])

    assert row_of(assessment, "cpu").verdict is INVALID
    assert row_of(assessment, "cpu").because == (
        "2 of 10 trials were left out (candidate: no-steady-state in 2)"
    )
    assert assessment.wants == {}


def test_of_trials_that_the_machine_spoiled_others_take_the_place_up_to_half(duet, judge, noise):
    spoiled = [duet.trial(number, baseline=STOLEN, candidate=STOLEN) for number in range(1, 9)]
    beside = duet.trials(noise[:8], first=9)

    row = row_of(judge([*spoiled, *beside]), "cpu")
    assert (row.verdict, row.n, row.dropped) == (PASS, 8, 8)
    ninth = duet.trial(17, baseline=STOLEN, candidate=STOLEN)
    more = [ninth, *spoiled, *duet.trials(noise[:8], first=18)]
    assert row_of(judge(more), "cpu").verdict is INVALID


@pytest.mark.parametrize(
    "spoiling",
    [
        {"candidate": {"cautions": (CautionCode.CPU_STOLEN, CautionCode.NO_STEADY_STATE)}},
        {"baseline": STOLEN, "candidate": UNSTEADY},
        {"candidate": STOLEN},
        {"baseline": THROTTLED, "candidate": THROTTLED},
    ],
)
def test_what_may_have_to_do_with_an_arm_is_not_the_machines(duet, judge, noise, spoiling):
    spoiled = [duet.trial(number, **spoiling) for number in (1, 2)]

    assert row_of(judge([*spoiled, *duet.trials(noise, first=3)]), "cpu").verdict is INVALID


def test_trials_are_given_up_where_most_are_left_out(duet, judge):
    spoiled = [duet.trial(number, candidate=STOLEN) for number in range(1, 8)]

    assert judge(spoiled).wants == {UNIT: 15}
    given_up = judge([*spoiled, duet.trial(8)])
    assert given_up.wants == {}
    assert row_of(given_up, "cpu").verdict is INVALID


def test_only_the_most_frequent_reasons_are_told(duet, judge):
    codes = (CautionCode.CPU_STOLEN, CautionCode.SWAPPING, CautionCode.THROTTLED)
    spoiled = [duet.trial(n, candidate={"cautions": (codes[n % 3],)}) for n in range(8)]

    assert row_of(judge(spoiled), "cpu").because.endswith("; …)")


def test_a_row_of_which_nothing_counts_is_invalid_when_the_budget_ends(duet, judge):
    row = row_of(judge([duet.trial(baseline=STOLEN)], exhausted=True), "cpu")

    assert (row.verdict, row.n, row.dropped) == (INVALID, 0, 1)
    assert (row.ratio, row.baseline, row.worsening) == (None, None, None)


def test_the_end_of_the_budget_leaves_nothing_asked_for(duet, judge, noise):
    assessment = judge(duet.trials(noise[:3]), exhausted=True, units=[GateUnit("shop", (), "x")])

    assert assessment.wants == {}
    assert verdicts(assessment)["cpu"] is INCONCLUSIVE


def test_trials_left_out_at_the_end_of_the_budget_count(duet, judge, noise):
    spoiled = [duet.trial(number, candidate=STOLEN) for number in range(4, 8)]

    row = row_of(judge([*duet.trials(noise[:3]), *spoiled], exhausted=True), "cpu")

    assert (row.verdict, row.n, row.dropped) == (INVALID, 3, 4)


def test_a_single_trial_has_no_interval(duet, judge):
    row = row_of(judge(duet.trials([0.05])), "cpu")

    assert (row.low, row.high, row.detectable, row.worsening) == (None, None, None, None)
    assert row.ratio == pytest.approx(math.exp(0.05))


def test_trials_that_agree_to_the_last_digit_pass_and_have_no_interval(duet, judge):
    row = row_of(judge([duet.trial(number) for number in range(1, 9)]), "memory")

    assert (row.verdict, row.ratio, row.low) == (PASS, 1.0, None)


def test_failures_of_the_candidate_alone_settle_the_gate_at_once(duet, judge):
    records = [duet.trial(1, candidate=FAILED), duet.trial(2, candidate=FAILED)]

    assessment = judge(records)

    errors = row_of(assessment, "errors")
    assert (errors.verdict, errors.baseline, errors.candidate) == (REGRESSION, 0, 10)
    assert (errors.unit, errors.min_effect, errors.ratio) == ("", None, None)
    assert assessment.wants == {}
    assert row_of(assessment, "cpu").verdict is INCONCLUSIVE
    assert row_of(assessment, "cpu").because.endswith("the gate has found a regression")


def test_a_failure_seen_once_asks_for_more_trials(duet, judge, noise):
    assessment = judge([duet.trial(1, candidate=FAILED), *duet.trials(noise, first=2)])

    assert assessment.wants == {}  # 9 are 1 and a confirmation of 8
    assert row_of(assessment, "errors").verdict is INCONCLUSIVE
    late = judge([*duet.trials(noise), duet.trial(9, candidate=FAILED)])
    assert late.wants == {UNIT: 17}


def test_where_the_baseline_alone_fails_there_is_nothing_to_compare(duet, judge):
    mended = judge([duet.trial(number, baseline=FAILED) for number in range(1, 9)])

    assert row_of(mended, "errors").verdict is PASS
    assert row_of(mended, "cpu").verdict is INCONCLUSIVE
    assert "the baseline alone failed" in row_of(mended, "cpu").because


def test_a_regression_of_one_unit_ends_the_others(duet, judge, noise):
    worse = duet.trials([0.05 + each for each in noise] * 2)
    other = duet.trials(noise[:3], first=17, variant="threads")

    assessment = judge(worse + other)

    assert assessment.wants == {}
    assert {row.verdict for row in assessment.rows if row.variant == "threads"} == {
        INCONCLUSIVE,
        PASS,  # of its errors: none so far
    }


def test_beside_a_closed_step_response_times_are_taken_from_the_open_one(duet, judge, noise):
    records = [
        duet.record(
            *(duet.step(arm) for arm in ("baseline", "candidate")),
            duet.step("baseline", 1, {"rate": 50.0}),
            duet.step("candidate", 1, {"rate": 50.0}, p95_s=0.09 * (1.3 + each)),
            number=number,
        )
        for number, each in enumerate(noise * 2, 1)
    ]
    settings = {"shop": GateSettings(quantities=("throughput", "cpu", "p95"))}

    rows = judge(records, settings).rows

    assert [(row.quantity, str(row.load), row.verdict) for row in rows] == [
        ("throughput", "10 users", PASS),
        ("cpu", "10 users", PASS),
        ("p95", "50/s", REGRESSION),
        ("errors", "10 users", PASS),
        ("errors", "50/s", PASS),
    ]


def test_what_was_asked_for_and_no_step_can_give_is_invalid(duet, judge, noise):
    settings = {"shop": GateSettings(quantities=("cpu", "p95"))}

    row = row_of(judge(duet.trials(noise), settings), "p95")

    assert (row.verdict, row.n) == (INVALID, 0)
    assert "saturation" in row.because


def test_what_is_gated_by_default_and_nobody_has_is_missing(duet, judge):
    nothing = {"rss_bytes": None, "pss_bytes": None}
    records = [duet.trial(n, baseline=nothing, candidate=nothing) for n in range(1, 9)]

    assessment = judge(records)

    assert "memory" not in verdicts(assessment)
    assert assessment.missing == ("async of shop, at 10 users: no trial has memory",)


def test_what_was_asked_for_and_nobody_has_is_invalid(duet, judge, noise):
    settings = {"shop": GateSettings(quantities=("loop_lag",))}

    row = row_of(judge(duet.trials(noise), settings), "loop_lag")

    assert row.verdict is INVALID
    assert "no loop_lag in 8" in row.because


def test_a_bystander_that_only_the_candidate_stalls_is_a_regression(duet, noise):
    records = [
        duet.trial(
            number,
            baseline={"bystander_p99_s": 0.010},
            candidate={"bystander_p99_s": 0.100 * (1 + each)},
        )
        for number, each in enumerate(noise * 2, 1)
    ]
    file = duet.file(bystander={"rate": 20, "path": "/ping"})

    row = row_of(assess(records, {}, {"shop": file}), "bystander")

    assert (row.verdict, row.min_effect) == (REGRESSION, pytest.approx(1.0))  # 10 ms of 10


def test_memory_is_rss_where_a_trial_lacks_pss(duet, judge, noise):
    records = [*duet.trials(noise), duet.trial(9, candidate={"pss_bytes": None})]

    assert row_of(judge(records), "memory").baseline == pytest.approx(100_000_000)
    assert row_of(judge(records[:8]), "memory").baseline == pytest.approx(80_000_000)


def test_what_matters_is_what_was_asked_for(duet, noise):
    trials = duet.trials(noise)
    file = duet.file(gate={"min_effect": {"cpu": "2%"}})

    def least(settings, **changes):
        assessment = assess(trials, settings, {"shop": file}, **changes)
        return row_of(assessment, "cpu").min_effect

    assert least({}) == 0.02
    assert least({"shop": GateSettings()}) == 0.03
    assert least({}, min_effects={"cpu": 0.015}) == 0.015


def test_the_budget_of_errors_is_the_experiments(duet):
    few = {"errors": {"timeout": 5}}
    records = [duet.trial(1, candidate=few), duet.trial(2, candidate=few)]

    assessment = assess(records, {}, {"shop": duet.file(max_error_ratio=0.01)})

    assert row_of(assessment, "errors").verdict is PASS


def test_without_records_there_are_no_rows(judge):
    assessment = judge([], units=(UNIT,))

    assert assessment.rows == ()
    assert assessment.wants == {UNIT: 8}


def test_whole_trials_are_those_that_count_in_every_series(duet):
    records = [*duet.trials([0.1, 0.2]), duet.trial(3, candidate={"cpu_s_per_request": None})]

    (gathered,) = gather_series(records, {}, {"shop": duet.file()}, DEFAULT_RULE)

    assert gathered.trials == 3
    assert np.array(gathered.whole_trials) == pytest.approx(
        np.array([[0.1, 0.1, 0.0], [0.2, 0.2, 0.0]])
    )


def test_a_unit_without_any_series_has_no_whole_trials(duet):
    settings = {"shop": GateSettings(quantities=("p95",))}

    (gathered,) = gather_series([duet.trial()], settings, {"shop": duet.file()}, DEFAULT_RULE)

    assert gathered.whole_trials == ()


@pytest.mark.parametrize("seed", range(6))
def test_a_gate_that_asks_trial_by_trial_ends_as_the_rule_does_on_all_of_them(duet, judge, seed):
    drawn = np.random.default_rng(seed).normal(0.03, 0.03, 100).tolist()
    trials = duet.trials(drawn)
    count = 0
    assessment = judge(trials[:0], CPU, units=(UNIT,))
    while assessment.wants:
        count += 1
        assessment = judge(trials[:count], CPU)

    expected = decide(drawn, 0.03, DEFAULT_RULE)
    assert (row_of(assessment, "cpu").verdict, count) == (expected.verdict, expected.trials)
