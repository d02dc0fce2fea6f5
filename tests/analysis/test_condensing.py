from __future__ import annotations

from typing import Any, get_args

import pytest

from bench.analysis.condensing import condense
from bench.model.caution import CautionCode
from bench.model.load_level import Users
from bench.model.summary import Failure, ObservedQuantity, StepRow

_NOTHING = dict.fromkeys(
    name for name, field in StepRow.model_fields.items() if type(None) in get_args(field.annotation)
)
_BASE: dict[str, Any] = {
    "trial": 1,
    "experiment": "pair",
    "variant": "slow",
    "repetition": 0,
    "stratum": {},
    "mode": "solo",
    "load": Users(users=20),
    "valid": True,
    "cautions": (),
    "window_s": 6.0,
    "group": "users",
    "requests": 100,
    "errors": {},
    "error_ratio": 0.0,
    "censored": 0,
    "failures": (),
    "at_least": (),
    "thin": (),
    "observations": {},
}


def step(**changes: Any) -> StepRow:
    return StepRow(**{**_NOTHING, **_BASE, **changes})


def test_the_middle_of_three_trials_and_their_range_are_shown() -> None:
    (row,) = condense([step(trial=n, p50_s=p) for n, p in ((1, 0.3), (2, 0.1), (3, 0.2))])
    assert row.p50_s is not None
    assert (row.p50_s.median, row.p50_s.low, row.p50_s.high) == (0.2, 0.1, 0.3)
    assert row.trials == (1, 2, 3)


def test_an_invalid_trial_is_named_and_does_not_enter_the_median() -> None:
    (row,) = condense(
        [
            step(trial=1, throughput_per_s=10.0),
            step(
                trial=2,
                throughput_per_s=500.0,
                valid=False,
                cautions=(CautionCode.ERRORS,),
                errors={"http-500": 7},
            ),
        ]
    )
    assert row.throughput_per_s is not None
    assert row.throughput_per_s.high == 10.0
    assert (row.valid, row.invalid, row.cautions) == (True, (2,), (CautionCode.ERRORS,))
    assert row.errors == {}


def test_where_no_trial_is_valid_the_numbers_are_shown_as_not_valid() -> None:
    (row,) = condense([step(valid=False, p99_s=1.0), step(trial=2, valid=False, p99_s=3.0)])
    assert row.p99_s is not None
    assert row.p99_s.median == 2.0
    assert not row.valid
    assert row.invalid == (1, 2)


def test_errors_of_one_trial_in_three_are_not_hidden_by_a_median() -> None:
    fine = step(requests=100)
    failing = step(trial=2, requests=200, errors={"timeout": 4}, error_ratio=0.02)
    (row,) = condense([fine, failing, step(trial=3, requests=100)])
    assert row.error_ratio == pytest.approx(0.01)
    assert row.errors == {"timeout": 4}


def test_without_a_request_there_is_no_error_ratio() -> None:
    (row,) = condense([step(requests=0, error_ratio=None)])
    assert row.error_ratio is None
    assert row.throughput_per_s is None


def test_memory_is_pss_only_where_every_trial_has_it() -> None:
    both = step(pss_bytes=80, rss_bytes=100)
    (with_pss,) = condense([both, step(trial=2, pss_bytes=82, rss_bytes=104)])
    (mixed,) = condense([both, step(trial=2, rss_bytes=104)])
    (neither,) = condense([step()])
    assert with_pss.memory == "PSS"
    assert with_pss.memory_bytes is not None
    assert with_pss.memory_bytes.median == 81
    assert mixed.memory == "RSS"
    assert mixed.memory_bytes is not None
    assert mixed.memory_bytes.median == 102
    assert (neither.memory, neither.memory_bytes) == (None, None)


def test_a_percentile_that_one_trial_only_bounds_is_at_least_that() -> None:
    bounded = {"p95_s": 1.5, "p99_s": 2.0, "bystander_p99_s": 0.1}
    (row,) = condense(
        [
            step(p95_s=1.5, p99_s=1.0, bystander_p99_s=0.1),
            step(trial=2, at_least=("p99_s", "bystander_p99_s"), **bounded),
        ]
    )
    assert row.p95_s is not None
    assert row.p99_s is not None
    assert row.bystander_p99_s is not None
    assert (row.p95_s.at_least, row.p99_s.at_least) == (False, True)
    assert row.bystander_p99_s.at_least


def test_a_trial_whose_every_request_was_censored_makes_the_others_a_bound_too() -> None:
    (row,) = condense([step(bystander_p99_s=0.1), step(trial=2, at_least=("bystander_p99_s",))])
    assert row.bystander_p99_s is not None
    assert row.bystander_p99_s.at_least


def test_a_percentile_that_is_thin_in_one_trial_is_thin() -> None:
    (row,) = condense([step(p99_s=1.0, p50_s=0.5), step(trial=2, p99_s=2.0, thin=("p99_s",))])
    assert row.p99_s is not None
    assert row.p50_s is not None
    assert (row.p99_s.thin, row.p50_s.thin) == (True, False)


def test_what_a_schedule_missed_is_added_up_over_the_trials_that_count() -> None:
    counts = {"late": 2, "dropped": 3, "censored": 4}
    (row,) = condense([step(**counts), step(trial=2, **counts), step(valid=False, **counts)])
    (closed,) = condense([step(censored=None)])
    assert (row.late, row.dropped, row.censored) == (4, 6, 8)
    assert (closed.late, closed.dropped, closed.censored) == (None, None, None)


def test_service_time_is_condensed_like_response_time() -> None:
    (row,) = condense([step(service_p50_s=0.1, service_p99_s=0.2)])
    assert row.service_p50_s is not None
    assert row.service_p99_s is not None
    assert (row.service_p50_s.median, row.service_p99_s.median) == (0.1, 0.2)


def test_failures_add_up_by_their_text() -> None:
    def told(count: int) -> dict[str, Any]:
        return {"failures": (Failure(outcome="timeout", text="no byte", count=count),)}

    (row,) = condense([step(**told(1)), step(trial=2, **told(2)), step(valid=False, **told(9))])
    assert row.failures == (Failure(outcome="timeout", text="no byte", count=3),)


def observed(**medians: float) -> dict[str, Any]:
    return {
        "observations": {
            name: ObservedQuantity(unit="", n=1, median=value, p99=value * 2, max=value)
            for name, value in medians.items()
        }
    }


def test_streams_are_medians_over_trials_and_their_losses_add_up() -> None:
    times = {"stream_first_event": 0.1, "stream_event_gap": 0.2, "stream_delivery_delay": 0.3}
    base = {"stream_events": 10, "stream_open": 5, "stream_connect": 0.4, **times}
    (row,) = condense(
        [
            step(**observed(**base, stream_lost=1, stream_duplicated=2, stream_reordered=3)),
            step(trial=2, **observed(stream_events=30, stream_lost=4)),
        ]
    )
    assert row.streams is not None
    numbers = row.streams.model_dump()
    assert {name: value["median"] for name, value in numbers.items() if "_" in name} == {
        "events_per_s": 20,
        "connect_p50_s": 0.4,
        "first_event_p50_s": 0.1,
        "first_event_p99_s": 0.2,
        "gap_p50_s": 0.2,
        "gap_p99_s": 0.4,
        "delivery_p50_s": 0.3,
        "delivery_p99_s": 0.6,
    }
    assert numbers["open"]["median"] == 5
    assert (row.streams.lost, row.streams.duplicated, row.streams.reordered) == (5, 2, 3)


def test_a_line_without_streams_has_none() -> None:
    (row,) = condense([step(**observed(pool=3))])
    assert row.streams is None


def test_trials_without_a_window_have_no_count_of_requests() -> None:
    (none,) = condense([step(requests=None, error_ratio=None)])
    (some,) = condense([step(requests=None, error_ratio=None), step(trial=2, requests=7)])
    assert (none.requests, some.requests) == (None, 7)


def test_a_number_that_is_none_is_left_out() -> None:
    (row,) = condense([step(p50_s=1.0), step(trial=2, p50_s=float("nan"))])
    assert row.p50_s is not None
    assert row.p50_s.median == 1.0


def test_cautions_come_in_the_order_of_their_codes_and_once() -> None:
    lag, unpinned = CautionCode.GENERATOR_LAG, CautionCode.UNPINNED
    (row,) = condense([step(cautions=(unpinned,)), step(trial=2, cautions=(unpinned, lag))])
    assert row.cautions == (lag, unpinned)


@pytest.mark.parametrize(
    "change",
    [
        {"experiment": "other"},
        {"variant": "fast"},
        {"load": Users(users=21)},
        {"stratum": {"latency": 0.1}},
        {"name": "GET /"},
        {"group": "bystander"},
        {"arm": "candidate"},
        {"mode": "duet"},
    ],
)
def test_only_trials_of_the_same_thing_are_taken_together(change: dict[str, Any]) -> None:
    assert len(condense([step(), step(**change)])) == 2


def test_a_condition_that_is_true_is_not_one_that_is_1() -> None:
    assert len(condense([step(stratum={"cache": True}), step(stratum={"cache": 1})])) == 2


def test_the_order_of_conditions_does_not_matter() -> None:
    assert len(condense([step(stratum={"a": 1, "b": 2}), step(stratum={"b": 2, "a": 1})])) == 1
