from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.model.caution import CautionCode
from bench.model.summary import ObservedQuantity
from bench.reporting.step_line import (
    write_step_cautions,
    write_step_numbers,
    write_trial_name,
)

Build = Callable[..., Any]


def test_a_censored_percentile_is_at_least_that(make_judged: Build, make_step: Build) -> None:
    row = make_step(at_least=("p99_s",), error_ratio=None)
    line = write_step_numbers(make_judged(rows=(row,)))
    assert line == "20 users: 9.90/s, p50 2 s, p99 ≥2.1 s, -"


def test_a_percentile_that_does_not_exist_is_no_bound(make_judged: Build, make_step: Build) -> None:
    row = make_step(at_least=("p50_s", "p99_s"), p50_s=None, error_ratio=None)
    line = write_step_numbers(make_judged(rows=(row,)))
    assert line == "20 users: 9.90/s, p50 -, p99 ≥2.1 s, -"


def test_a_percentile_of_too_few_requests_is_marked(make_judged: Build, make_step: Build) -> None:
    row = make_step(thin=("p99_s",), error_ratio=0.0)
    line = write_step_numbers(make_judged(rows=(row,)))
    assert line == "20 users: 9.90/s, p50 2 s, p99 ~2.1 s, errors 0 %"


def test_a_step_of_streams_tells_their_events_and_requests_if_there_were_any(
    make_judged: Build, make_step: Build
) -> None:
    def observed(value: float) -> ObservedQuantity:
        return ObservedQuantity(unit="", n=1, median=value, p99=value, max=value)

    both = {"stream_events": observed(500.0), "stream_open": observed(20)}
    ended = {"stream_events": observed(0.0)}
    alone = make_step(observations=both, requests=0, throughput_per_s=None)
    beside = make_step(observations=ended, requests=3, throughput_per_s=None)
    assert write_step_numbers(make_judged(rows=(alone,))) == "20 users: 20 streams, 500 events/s"
    assert write_step_numbers(make_judged(rows=(beside,))) == (
        "20 users: 0 events/s, -, p50 2 s, p99 2.1 s, errors 0 %"
    )


def test_a_step_that_counts_has_its_cautions_and_no_more(make_judged: Build) -> None:
    assert write_step_cautions(make_judged()) == ""
    doubted = make_judged(valid=False, doubts=((CautionCode.ERRORS, "5 %"),))
    assert write_step_cautions(doubted) == "not valid: errors"


def test_a_trial_is_named_with_its_stratum(make_planned: Build) -> None:
    assert write_trial_name(make_planned(stratum={"rows": 10})) == (
        "blocking-call blocking-client (rows=10)"
    )


def test_a_duet_is_named_by_both_variants(make_duet: Build) -> None:
    assert write_trial_name(make_duet(stratum={"rows": 10})) == (
        "blocking-call blocking-client against async-client, duet (rows=10)"
    )


def test_two_versions_of_one_variant_are_named_once(make_duet: Build) -> None:
    same = make_duet(baseline="async-client")
    assert write_trial_name(same) == "blocking-call async-client, duet"


def test_a_step_of_a_duet_names_its_arm(make_judged: Build) -> None:
    line = write_step_numbers(make_judged(arm="baseline"))
    assert line == "20 users, baseline: 9.90/s, p50 2 s, p99 2.1 s, errors 0 %"
    skipped = make_judged(arm="candidate", rows=(), skipped="its warm-up takes 50 s")
    assert write_step_numbers(skipped) == "20 users, candidate: its warm-up takes 50 s"
