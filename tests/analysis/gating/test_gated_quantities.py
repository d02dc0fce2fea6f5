from __future__ import annotations

import math

import pytest

from bench.analysis.gating.quantities import (
    GATED,
    PSS,
    RSS,
    choose_gated,
    find_unfitting,
    is_absent,
    weigh,
)
from bench.model.gate_settings import GateSettings
from bench.model.load_level import ArrivalRate, Users

CLOSED, OPEN = Users(users=10), ArrivalRate(rate=100.0)


def names(chosen):
    return [gated.name for gated in chosen]


def test_a_closed_step_is_gated_by_throughput_cpu_and_memory():
    assert names(choose_gated(GateSettings(), CLOSED)) == ["throughput", "cpu", "memory"]


def test_an_open_step_is_gated_by_cpu_memory_and_p95():
    assert names(choose_gated(GateSettings(), OPEN)) == ["cpu", "memory", "p95"]


@pytest.mark.parametrize("load", [CLOSED, OPEN])
def test_bystanders_are_gated_where_there_are_any(load):
    assert names(choose_gated(GateSettings(), load, has_bystander=True))[-1] == "bystander"


def test_beside_a_closed_step_the_open_one_is_there_for_response_times_alone():
    settings = GateSettings(quantities=("throughput", "cpu", "memory", "p95", "p99", "loop_lag"))

    closed = choose_gated(settings, CLOSED, has_other_model=True)
    opened = choose_gated(settings, OPEN, has_other_model=True)

    assert names(closed) == ["throughput", "cpu", "memory", "loop_lag"]
    assert names(opened) == ["p95", "p99"]


def test_what_no_step_can_give_is_found_with_the_reason():
    settings = GateSettings(quantities=("throughput", "cpu", "p95"))

    ((late, saturated),) = find_unfitting(settings, [CLOSED])
    ((throughput, asked),) = find_unfitting(settings, [OPEN])

    assert late.name == "p95"
    assert "saturation" in saturated
    assert throughput.name == "throughput"
    assert "asked for" in asked
    assert find_unfitting(settings, [CLOSED, OPEN]) == ()
    assert find_unfitting(GateSettings(), [CLOSED]) == ()


def test_every_quantity_is_read_from_its_field(duet):
    row = duet.row(bystander_p99_s=0.02, loop_lag_p99_s=0.01)

    read = {name: gated.read(row) for name, gated in GATED.items()}

    assert read == {
        "throughput": 1000.0,
        "cpu": 0.001,
        "memory": 80_000_000,
        "p50": 0.050,
        "p90": 0.080,
        "p95": 0.090,
        "p99": 0.100,
        "bystander": 0.02,
        "loop_lag": 0.01,
    }


def test_half_the_throughput_is_as_bad_as_twice_the_cpu():
    halved = GATED["throughput"].worsening(1000.0, 500.0)
    doubled = GATED["cpu"].worsening(0.001, 0.002)

    assert halved == pytest.approx(math.log(2))
    assert doubled == pytest.approx(math.log(2))


def test_more_throughput_and_less_time_are_no_worsening():
    assert GATED["throughput"].worsening(1000.0, 1100.0) < 0
    assert GATED["p95"].worsening(0.1, 0.09) < 0


def test_what_matters_is_never_less_than_the_floor():
    p95 = GATED["p95"]

    assert p95.widen(0.10, 0.100) == 0.10
    assert p95.widen(0.10, 0.002) == pytest.approx(0.5)  # 1 ms of 2 ms
    assert PSS.widen(0.05, 20 * 1024 * 1024) == pytest.approx(0.1)  # 2 MiB of 20
    assert GATED["cpu"].widen(0.03, 1e-9) == 0.03


def test_memory_is_pss_where_all_rows_that_weighed_have_it(duet):
    assert weigh(PSS, [duet.row(), duet.row(rss_bytes=None, pss_bytes=None)]) is PSS
    assert weigh(PSS, [duet.row(), duet.row(pss_bytes=None)]) is RSS
    assert weigh(GATED["cpu"], [duet.row(pss_bytes=None)]) is GATED["cpu"]


def test_a_quantity_that_no_row_has_is_absent(duet):
    bystander = GATED["bystander"]

    assert is_absent(bystander, [duet.row(), duet.row()])
    assert not is_absent(bystander, [duet.row(), duet.row(bystander_p99_s=0.1)])
    assert is_absent(PSS, [duet.row(rss_bytes=None, pss_bytes=None)])
    assert not is_absent(PSS, [duet.row(pss_bytes=None)])


def test_a_quantity_of_which_all_was_censored_is_not_absent(duet):
    assert not is_absent(GATED["bystander"], [duet.row(at_least=("bystander_p99_s",))])


def test_nothing_is_absent_where_nothing_was_measured(duet):
    assert not is_absent(GATED["cpu"], [duet.row(requests=None, cpu_s_per_request=None)])
