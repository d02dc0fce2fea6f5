from __future__ import annotations

from bench.analysis.observed import summarise_observations, take_loop_lag_p99_s
from bench.model.summary import ObservedQuantity


def test_loop_lag_is_the_nearest_rank(build):
    lags = [build.observation(value / 1000) for value in range(1, 201)]

    assert take_loop_lag_p99_s(lags) == 0.198


def test_loop_lag_in_another_unit_is_an_observation_like_any_other(build):
    observations = [build.observation(3, unit="ms"), build.observation(9, name="other")]

    assert take_loop_lag_p99_s(observations) is None
    assert summarise_observations(observations).keys() == {"loop_lag", "other"}


def test_loop_lag_in_seconds_has_its_own_column_only(build):
    assert summarise_observations([build.observation(0.1)]) == {}


def test_observations_are_summarised_by_name(build):
    pool = [build.observation(value, name="pool", unit="connections") for value in (4, 1, 3, 2)]

    assert summarise_observations(pool) == {
        "pool": ObservedQuantity(unit="connections", n=4, median=2, p99=4, max=4)
    }


def test_a_name_in_two_units_is_two_quantities(build):
    observations = [
        build.observation(1, name="delay", unit="s"),
        build.observation(900, name="delay", unit="ms"),
    ]

    assert summarise_observations(observations).keys() == {"delay [s]", "delay [ms]"}


def test_what_is_no_finite_number_is_left_out(build):
    infinite = [build.observation(float("inf")), build.observation(float("nan"), name="pool")]

    assert take_loop_lag_p99_s(infinite) is None
    assert summarise_observations(infinite) == {}
