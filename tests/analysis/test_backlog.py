from __future__ import annotations

import pytest

from bench.analysis.backlog import doubt_keeping_up, measure_backlog
from bench.model.caution import CautionCode

OPEN = {"load": {"rate": 100.0}}


def windowful(build, *, began: int, ended: int, value_us: int = 50_000, **step):
    """Return the evidence of a window of 10 s with so many beginnings and endings."""
    line = build.requests([value_us] * began, completed=ended)
    return build.evidence(line, step=OPEN | step)


def test_what_began_and_did_not_end_is_what_the_number_in_flight_grew_by(build):
    ended = build.requests([50_000] * 900, completed=880)

    backlog = measure_backlog(build.evidence(ended, build.censored(100), step=OPEN), "even")

    assert (backlog.began, backlog.ended, backlog.growth) == (1000, 880, 120)


def test_the_number_in_flight_follows_from_littles_law(build):
    backlog = measure_backlog(windowful(build, began=1000, ended=1000), "even")

    assert backlog.in_flight == pytest.approx(5.0, rel=1e-3)


@pytest.mark.parametrize(("ended", "grows"), [(1000, False), (980, False), (979, True)])
def test_two_of_a_hundred_may_be_missing(build, ended, grows):
    assert measure_backlog(windowful(build, began=1000, ended=ended), "even").grows is grows


def test_in_a_window_of_few_requests_one_more_in_flight_is_chance(build):
    assert not measure_backlog(windowful(build, began=40, ended=39, value_us=150_000), "even").grows


@pytest.mark.parametrize(
    ("arrivals", "ended", "grows"),
    [("even", 961, False), ("even", 959, True), ("poisson", 941, False), ("poisson", 939, True)],
)
def test_many_in_flight_may_differ_by_more(build, arrivals, ended, grows):
    slow = windowful(build, began=1000, ended=ended, value_us=4_000_000)  # 400 in flight, √ is 20

    assert measure_backlog(slow, arrivals).grows is grows


def test_a_step_that_fell_behind_is_named_overloaded(build):
    caution = doubt_keeping_up(windowful(build, began=1000, ended=900), "even")

    assert caution is not None
    assert caution.code is CautionCode.OVERLOADED
    assert "1000 requests began in the window and 900 ended" in caution.detail


def test_the_closed_model_can_not_fall_behind(build):
    line = build.requests([1] * 100, completed=10)

    assert doubt_keeping_up(build.evidence(line), "even") is None


def test_a_window_that_never_closed_has_no_backlog(build):
    assert not measure_backlog(build.evidence(step=OPEN | {"times": None}), "even").grows
