"""Differences, slopes, observations and zones about a bound."""

from __future__ import annotations

import pytest

from bench.analysis.thresholds.estimates import METHOD_EXACT, METHOD_T_SUM
from bench.analysis.thresholds.values import AT_LEAST, STRADDLES, THIN
from bench.model.caution import CautionCode
from bench.model.summary import ObservedQuantity
from bench.model.threshold import Finding

LADDER = {"users": (10, 20, 30)}


def told(value, unit="", *, p99=None, most=None):
    observed = ObservedQuantity(
        unit=unit,
        n=3,
        median=value,
        p99=value if p99 is None else p99,
        max=value if most is None else most,
    )
    return {"jobs": observed}


def times(judge, ours, theirs, **record):
    return [
        *judge.trials("async", ours, "p50_s", **record),
        *judge.trials("sync", theirs, "p50_s", **record),
    ]


class TestDifferences:
    CHECK = "async.p50 - sync.p50 > 4ms"

    def test_each_pair_gives_one(self, judge):
        records = times(judge, (0.015, 0.026), (0.010, 0.020))

        verdict = judge.one("async.p50 - sync.p50 > 1us", records)

        assert verdict.value == pytest.approx(0.0055)
        assert verdict.low == pytest.approx(0.0055 - 12.7062 * 0.0005, rel=1e-3)
        assert (verdict.method, verdict.n, verdict.unit) == (METHOD_T_SUM, 2, "s")
        assert verdict.verdict is Finding.INCONCLUSIVE

    def test_they_are_held_against_the_bound(self, judge):
        records = times(judge, (0.015, 0.0251, 0.0352), (0.010, 0.020, 0.030))

        assert judge.one(self.CHECK, records).verdict is Finding.HELD
        assert judge.one("async.p50 - sync.p50 > 7ms", records).verdict is Finding.CROSSED

    def test_they_may_be_negative(self, judge):
        records = times(judge, (0.010, 0.020, 0.030), (0.015, 0.0251, 0.0352))

        verdict = judge.one(self.CHECK, records)

        assert (verdict.verdict, verdict.value < 0) == (Finding.CROSSED, True)

    def test_equal_ones_are_taken_as_rounded(self, judge):
        verdict = judge.one(self.CHECK, times(judge, (0.015, 0.015), (0.010, 0.010)))

        assert verdict.low < 0.005 < verdict.high

    def test_two_differences_give_a_ratio(self, judge):
        records = [
            *times(judge, (0.06, 0.071), (0.010, 0.020)),
            *judge.trials("other", (0.020, 0.030), "p50_s"),
        ]

        verdict = judge.one("async.p50 - sync.p50 > 4 * (other.p50 - sync.p50)", records)

        assert verdict.value == pytest.approx((5.0 * 5.1) ** 0.5)
        assert verdict.against == "other.p50 - sync.p50"

    def test_sums_are_added_up_before_anything_is_taken_from_them(self, judge):
        records = [
            *times(judge, (0.06, 0.071), (0.010, 0.020)),
            *judge.trials("other", (0.020, 0.030), "p50_s"),
        ]

        verdict = judge.one("async.p50 + other.p50 - sync.p50 > 1us", records)
        assert verdict.value == pytest.approx((0.070 + 0.081) / 2)
        ratio = judge.one("async.p50 + other.p50 > 2 * (sync.p50 + other.p50)", records)
        assert ratio.value == pytest.approx((80 / 30 * 101 / 50) ** 0.5)
        assert ratio.against == "sync.p50 + other.p50"

    def test_a_sum_is_exact_only_if_all_of_it_is_counted(self, judge):
        records = judge.trials("async", (5, 5), "threads", target_cpu_ratio=0.5)

        mixed = judge.one("async.threads + async.cores > 1", records)
        assert mixed.low < 5.5 < mixed.high
        counted = judge.one("async.threads + async.threads > 1", records)
        assert (counted.low, counted.high) == (10, 10)

    def test_each_part_of_a_sum_opens_its_own_side(self, judge):
        known = [
            *judge.trials("sync", (0.010, 0.020), "p50_s"),
            *judge.trials("other", (0.010, 0.020), "p50_s", at_least=("p50_s",)),
            *judge.trials("async", (0.015, 0.0251), "p50_s"),
        ]

        added = judge.one("async.p50 + other.p50 > 1us", known)
        assert added.low is not None
        assert added.high is None
        below = judge.one("async.p50 < 4 * (sync.p50 + other.p50)", known)
        assert below.low is None
        assert below.high is not None

    def test_a_ratio_of_what_is_not_above_zero_is_not_known(self, judge):
        records = [
            *times(judge, (0.06, 0.07), (0.010, 0.020)),
            *judge.trials("other", (0.010, 0.030), "p50_s"),
        ]

        verdict = judge.one("async.p50 - sync.p50 > 4 * (other.p50 - sync.p50)", records)

        assert verdict.verdict is Finding.INCONCLUSIVE
        assert "other.p50 - sync.p50 is 0 in trial 1 (async)" in verdict.because

    def test_what_is_only_a_lower_bound_opens_its_own_side(self, judge):
        ours = judge.trials("async", (0.015, 0.0251), "p50_s", at_least=("p50_s",))
        theirs = judge.trials("sync", (0.010, 0.020), "p50_s")

        verdict = judge.one("async.p50 - sync.p50 < 5ms", [*ours, *theirs])

        assert (verdict.high, verdict.because) == (None, AT_LEAST)

    def test_what_is_taken_off_opens_the_other_side(self, judge):
        ours = judge.trials("async", (0.015, 0.0251), "p50_s")
        theirs = judge.trials("sync", (0.010, 0.020), "p50_s", at_least=("p50_s",))

        verdict = judge.one(self.CHECK, [*ours, *theirs])

        assert (verdict.low, verdict.because) == (None, AT_LEAST)

    def test_what_is_thin_is_open_on_both_sides(self, judge):
        verdict = judge.one(
            self.CHECK, times(judge, (0.015, 0.0251), (0.010, 0.020), thin=("p50_s",))
        )

        assert (verdict.low, verdict.high, verdict.because) == (None, None, THIN)

    def test_one_pair_has_no_interval(self, judge):
        verdict = judge.one(self.CHECK, times(judge, (0.015,), (0.010,)))

        assert (verdict.value, verdict.low) == (pytest.approx(0.005), None)
        assert "one trial has no interval" in verdict.because


class TestSlopes:
    CHECK = "async.slope(memory) > 1KiB"

    def test_each_trial_gives_the_slope_of_its_ladder(self, judge):
        records = judge.climbs("async", [(100, 30_100, 60_100), (500, 32_500, 64_500)])

        verdict = judge.one(self.CHECK, records, **LADDER)

        assert verdict.value == pytest.approx(3100)
        assert (verdict.load, verdict.unit, verdict.n) == (None, "bytes", 2)
        assert judge.one("async.slope(memory) > 1MiB", records, **LADDER).verdict is Finding.CROSSED

    def test_they_are_compared_pair_by_pair(self, judge):
        records = judge.climbs("async", [(100, 30_100, 60_100), (500, 32_500, 64_500)])
        records += judge.climbs("sync", [(100, 10_100, 20_100), (500, 10_500, 20_500)])

        verdict = judge.one("async.slope(memory) > 2 * sync.slope(memory)", records, **LADDER)

        assert verdict.value == pytest.approx((3.0 * 3.2) ** 0.5)
        assert (verdict.against, verdict.verdict) == ("sync.slope(memory)", Finding.HELD)

    def test_levels_narrow_it(self, judge):
        records = judge.climbs(
            "async", [(0, 10, 20, 900), (0, 11, 22, 900)], "threads", users=(10, 20, 30, 40)
        )
        check = {"check": "async.slope(threads) within 15% of 1", "users": [10, 20, 30]}

        verdict = judge.one(check, records, users=(10, 20, 30, 40))

        assert verdict.value == pytest.approx(1.05)

    def test_two_levels_are_no_ladder(self, judge):
        verdict = judge.one(self.CHECK, [], users=(10, 20))

        assert verdict.verdict is Finding.NOT_MEASURED
        assert verdict.because == "a slope takes 3 levels, and this run has 2"

    def test_invalid_steps_are_left_out_where_enough_remain(self, judge):
        users = (10, 20, 30, 40)
        records = judge.climbs("async", [(0, 10, 20, 900), (0, 11, 22, 33)], "threads", users=users)
        spoilt = judge.doubt(records[0], CautionCode.GENERATOR_LAG).steps[-1]
        records[0] = records[0].model_copy(update={"steps": (*records[0].steps[:-1], spoilt)})

        verdict = judge.one("async.slope(threads) within 20% of 1", records, users=users)

        assert (verdict.value, verdict.n) == (pytest.approx(1.05), 2)

    def test_a_trial_with_too_few_valid_steps_does_not_count(self, judge):
        records = judge.climbs("async", [(0, 10, 20), (0, 11, 22), (0, 12, 24)], "threads")
        spoilt = judge.doubt(records[0], CautionCode.GENERATOR_LAG).steps[-1]
        records[0] = records[0].model_copy(update={"steps": (*records[0].steps[:-1], spoilt)})

        verdict = judge.one("async.slope(threads) within 20% of 1", records, **LADDER)

        assert (verdict.n, verdict.dropped) == (2, 1)
        assert "generator-lag" in verdict.because

    def test_a_trial_that_did_not_climb_to_the_top_is_none(self, judge):
        records = judge.climbs("async", [(0, 10)], "threads", users=(10, 20))

        assert judge.one(self.CHECK, records, **LADDER).verdict is Finding.NOT_MEASURED

    def test_a_step_that_lacks_the_quantity_leaves_no_slope(self, judge):
        records = judge.climbs("async", [(0, None, 20), (0, 11, 22)], "threads")

        verdict = judge.one("async.slope(threads) > 1", records, **LADDER)

        assert (verdict.verdict, verdict.because) == (
            Finding.INCONCLUSIVE,
            "trial 1 (async) has no slope(threads)",
        )

    def test_threads_that_do_not_grow_at_all_are_certain(self, judge):
        records = judge.climbs("async", [(5, 5, 5), (5, 5, 5)], "threads")

        verdict = judge.one("async.slope(threads) > 0.5", records, **LADDER)

        assert verdict.verdict is Finding.CROSSED
        assert verdict.value == pytest.approx(0, abs=1e-9)

    def test_those_of_rates_are_per_request_and_second(self, judge, build):
        from bench.analysis.thresholds.places import Place
        from bench.analysis.thresholds.readings import read
        from bench.analysis.thresholds.samples import Samples
        from bench.model.load_level import ArrivalRate
        from bench.model.term import parse_term

        levels = tuple(ArrivalRate(rate=rate) for rate in (1.0, 2.0, 3.0))
        steps = [
            build.record("async", 0, load={"rate": level.rate}, threads=round(10 * level.rate))
            for level in levels
        ]
        whole = tuple(step for each in steps for step in each.steps)
        record = steps[0].model_copy(update={"steps": whole})
        (sample,) = Samples([record], "shop").at(Place("async", {}, None, levels)).values()

        reading = read(sample, parse_term("async.slope(threads)", ""), "pss_bytes", None)

        assert reading.value == pytest.approx(10)


class TestObservations:
    def test_their_median_is_taken_in_the_unit_that_was_told(self, judge):
        records = judge.trials("async", (0.1, 0.1), observations=told(40.0, "jobs", most=90.0))

        verdict = judge.one("async.observed(jobs) within 5% of 40", records)

        assert (verdict.verdict, verdict.value, verdict.unit) == (Finding.HELD, 40.0, "jobs")
        assert verdict.method == METHOD_EXACT
        assert judge.one("async.observed(jobs.max) > 80", records).value == 90.0

    def test_none_at_all_is_a_number_too(self, judge):
        records = judge.trials("async", (0.1, 0.1), observations=told(0.0))

        verdict = judge.one("async.observed(jobs) < 0.5", records)

        assert (verdict.verdict, verdict.value) == (Finding.HELD, 0.0)

    def test_what_nobody_told_was_not_measured(self, judge):
        records = judge.trials("async", (0.1, 0.1), observations={})

        verdict = judge.one("async.observed(jobs) < 0.5", records)

        assert verdict.verdict is Finding.NOT_MEASURED
        assert verdict.because == "no step has observed(jobs)"

    def test_they_are_compared_as_ratios(self, judge):
        records = judge.trials("async", (0.1, 0.1), observations=told(40.0))
        records += judge.trials("sync", (0.1, 0.1), observations=told(10.0))

        verdict = judge.one("async.observed(jobs) within 5% of 4 * sync.observed(jobs)", records)

        assert (verdict.verdict, verdict.value) == (Finding.HELD, 4.0)


class TestZones:
    @pytest.mark.parametrize(
        ("rates", "finding"),
        [
            ((10.0, 10.1, 10.2), Finding.HELD),
            ((13.0, 13.1, 13.2), Finding.CROSSED),
            ((7.0, 7.1, 7.2), Finding.CROSSED),
            ((9.0, 12.0, 10.0), Finding.INCONCLUSIVE),
            ((11.3, 11.5, 11.6), Finding.INCONCLUSIVE),
        ],
    )
    def test_the_whole_interval_has_to_lie_in_it(self, judge, rates, finding):
        records = judge.trials("async", rates, "throughput_per_s")

        verdict = judge.one("async.throughput within 15% of 10/s", records)

        assert (verdict.verdict, verdict.tolerance) == (finding, 0.15)
        if finding is Finding.INCONCLUSIVE:
            assert verdict.because == STRADDLES
