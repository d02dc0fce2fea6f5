from __future__ import annotations

import pytest

from bench.analysis.summarising import summarise
from bench.model.caution import Caution, CautionCode

AGE_S = 0.005
BOUNDED = ("p50_s", "p90_s", "p95_s", "p99_s", "p999_s", "max_s")


def row_of_all(evidence):
    return summarise(evidence)[0]


def test_there_is_a_row_of_all_then_one_per_name_then_the_bystanders(build):
    rows = summarise(
        build.evidence(
            build.requests([1000], name="b"),
            build.requests([1000], name="a"),
            build.requests([1000], name="ping", group="bystander"),
        )
    )

    assert [(row.group, row.name, row.requests) for row in rows] == [
        ("users", None, 2),
        ("users", "a", 1),
        ("users", "b", 1),
        ("bystander", "ping", 1),
    ]


def test_rows_carry_the_trial_the_step_and_the_cautions(build):
    evidence = build.evidence(build.requests([1]), number=4, stratum={"wait": "1s"})
    busy = Caution(code=CautionCode.GENERATOR_BUSY, detail="")
    unpinned = Caution(code=CautionCode.UNPINNED, detail="")

    row = summarise(evidence, [busy, unpinned, busy])[0]

    assert (row.trial, row.variant, row.stratum, row.window_s) == (4, "async", {"wait": "1s"}, 10)
    assert row.cautions == (CautionCode.GENERATOR_BUSY, CautionCode.UNPINNED)
    assert not row.valid
    assert summarise(evidence, [unpinned])[0].valid


def test_throughput_is_successful_completions_inside_the_window_per_second(build):
    row = row_of_all(
        build.evidence(
            build.requests([1000] * 4, completed=30),
            build.requests([1000], completed=20, outcome="http-500", slice=3),
            build.requests([], phase="warm-up", completed=500),
        )
    )

    assert row.throughput_per_s == 3.0
    assert row.requests == 5
    assert row.errors == {"http-500": 1}
    assert row.error_ratio == 0.2


def test_percentiles_are_taken_once_over_all_names_and_slices(build):
    row = row_of_all(
        build.evidence(
            build.requests(range(1, 51), name="a"),
            build.requests(range(51, 91), name="b", slice=5),
            build.requests(range(91, 101), name="b", slice=6),
        )
    )

    micro = [round(value * 1e6) for value in (row.p50_s, row.p90_s, row.p95_s, row.p99_s)]
    assert micro == [50, 90, 95, 99]
    assert (row.p999_s, row.max_s) == (0.0001, 0.0001)
    assert row.mean_s == pytest.approx(50.5e-6)


def test_a_step_without_requests_has_no_percentiles_and_no_error_ratio(build):
    row = row_of_all(build.evidence(build.generator()))

    assert (row.requests, row.throughput_per_s) == (0, 0.0)
    assert (row.p50_s, row.max_s, row.mean_s, row.error_ratio) == (None, None, None, None)


def test_a_step_of_which_nothing_was_written_has_no_throughput(build):
    assert row_of_all(build.evidence()).throughput_per_s is None


@pytest.mark.parametrize("skipped", ["too slow", None])
def test_a_step_without_a_window_has_one_row_in_which_no_number_exists(build, skipped):
    lines = (build.requests([1000]), build.censored(), build.generator(), build.machine("opens"))

    (row,) = summarise(build.evidence(*lines, step={"times": None, "skipped": skipped}))

    numbers = row.model_dump(exclude={"trial", "repetition", "load"}).values()
    assert not any(isinstance(value, int | float) for value in numbers if value is not True)
    assert (row.window_s, row.requests, row.censored, row.at_least) == (None, None, None, ())
    assert (row.variant, row.load.users, row.name, row.group) == ("async", 10, None, "users")


@pytest.mark.parametrize(
    ("censored", "at_least"),
    [
        (0, ()),
        (1, ("max_s",)),
        (2, ("p999_s", "max_s")),
        (11, ("p99_s", "p999_s", "max_s", "service_p99_s")),
        (1000, (*BOUNDED, "service_p50_s", "service_p99_s")),
    ],
)
def test_each_percentile_that_censored_requests_could_reach_is_at_least(build, censored, at_least):
    lines = [build.requests([100] * 999)]
    lines += [build.censored(censored)] if censored else []

    row = row_of_all(build.evidence(*lines))

    assert (row.censored, row.at_least) == (censored, at_least)
    assert row.p50_s is not None
    # what is a bound is no less than the age of the requests that are still open
    assert all((getattr(row, field) >= AGE_S) is (field in at_least) for field in BOUNDED)


def test_the_bystanders_percentiles_are_bounded_by_their_own_censored_requests(build):
    users, ping = build.requests([9] * 99), {"group": "bystander", "name": "ping"}
    bystander = build.requests([9] * 50, **ping)

    of_all, _, of_ping = summarise(build.evidence(users, bystander, build.censored(1, **ping)))
    theirs = row_of_all(build.evidence(users, bystander, build.censored(9)))

    assert (of_all.censored, of_all.at_least) == (0, ("bystander_p99_s",))
    assert of_ping.at_least == ("p99_s", "p999_s", "max_s")
    assert theirs.at_least == ("p95_s", "p99_s", "p999_s", "max_s", "service_p99_s")


def test_a_name_whose_requests_were_all_censored_has_a_row(build):
    row = summarise(build.evidence(build.censored(3, name="slow")))[1]

    assert (row.name, row.requests, row.censored) == ("slow", 0, 3)
    assert row.p50_s >= AGE_S
    assert row.at_least[0] == "p50_s"


def test_service_time_is_response_time_in_the_closed_model(build):
    row = row_of_all(build.evidence(build.requests([700])))

    assert (row.service_p50_s, row.service_p99_s) == (0.0007, 0.0007)


def test_service_time_stands_beside_response_time_in_the_open_model(build):
    line = build.requests([700], service_us=build.encoded([300]))

    row = row_of_all(build.evidence(line, step={"load": {"rate": 50}}))

    assert (row.p50_s, row.service_p50_s) == (0.0007, 0.0003)


def test_a_bystander_is_in_the_open_model_whatever_the_users_are_in(build):
    line = build.requests([700], group="bystander", service_us=build.encoded([300]))

    assert summarise(build.evidence(line))[1].service_p50_s == 0.0003


def test_service_time_is_a_bound_too_where_censored_requests_could_reach_it(build):
    line = build.requests([700] * 99, service_us=build.encoded([300] * 99))

    row = row_of_all(build.evidence(line, build.censored(9), step={"load": {"rate": 50}}))

    assert "service_p99_s" in row.at_least
    assert "service_p50_s" not in row.at_least


def test_late_and_dropped_of_the_users_are_theirs_alone_and_exist_in_the_open_model_only(build):
    lines = [
        build.requests([1]),
        build.schedule(scheduled=9, late=2, dropped=1),
        build.schedule(scheduled=9, late=5, dropped=4, group="bystander"),
    ]

    closed, of_name = summarise(build.evidence(*lines))
    opened = row_of_all(build.evidence(*lines, step={"load": {"rate": 50}}))
    unknown = row_of_all(build.evidence(step={"load": {"rate": 50}}))

    assert (closed.late, closed.dropped) == (None, None)
    assert (of_name.late, of_name.dropped) == (None, None)
    assert (opened.late, opened.dropped) == (2, 1)
    assert (unknown.late, unknown.dropped) == (None, None)


def test_what_bystanders_missed_stands_once_in_the_row_of_most_of_their_requests(build):
    rows = summarise(
        build.evidence(
            build.requests([1] * 3, group="bystander", name="GET /ping"),
            build.censored(1, group="bystander", name="(not sent)"),
            build.schedule(scheduled=9, late=5, dropped=4, group="bystander"),
        )
    )

    assert [(row.name, row.late, row.dropped) for row in rows[1:]] == [
        ("(not sent)", None, None),
        ("GET /ping", 5, 4),
    ]


@pytest.mark.parametrize(
    ("count", "thin"),
    [
        (1, ("p50_s", "p90_s", "p95_s", "p99_s", "p999_s", "service_p50_s", "service_p99_s")),
        (19, ("p95_s", "p99_s", "p999_s", "service_p99_s")),
        (20, ("p99_s", "p999_s", "service_p99_s")),
        (100, ("p999_s",)),
        (1000, ()),
        (0, ()),
    ],
)
def test_a_percentile_of_too_few_requests_is_thin(build, count, thin):
    row = row_of_all(build.evidence(build.requests([9] * count)))

    assert row.thin == thin


def test_a_censored_request_is_one_that_was_seen_and_a_bystanders_percentiles_are_their_own(build):
    ping = {"group": "bystander", "name": "ping"}
    lines = [build.requests([9] * 99), build.censored(1), build.requests([9] * 1, **ping)]

    row = row_of_all(build.evidence(*lines))

    assert row.thin == ("p999_s", "bystander_p50_s", "bystander_p99_s")


def test_failures_are_told_by_name_and_for_all_users_together(build):
    ping = {"group": "bystander", "name": "ping", "outcome": "timeout"}
    of_all, a, b, of_ping = summarise(
        build.evidence(
            *(build.requests([1], name=name, outcome="check-failed") for name in "ab"),
            build.requests([1], **ping),
            build.failure("x", 2, name="a"),
            build.failure("x", 3, name="b"),
            build.failure("y", 9, **ping),
        )
    )

    def told(row):
        return [(failure.text, failure.count) for failure in row.failures]

    assert [told(row) for row in (of_all, a, b, of_ping)] == [
        [("x", 5)],
        [("x", 2)],
        [("x", 3)],
        [("y", 9)],
    ]


def test_streams_are_observed_in_the_row_of_all_and_in_that_of_their_name(build):
    of_all, sse, ws = summarise(
        build.evidence(
            *build.streaming(20, open=5),
            *build.streaming(30, open=2, name="WS /"),
            build.requests([500] * 5, name="SSE /", phase="warm-up"),
        )
    )

    assert of_all.observations["stream_events"].median == 50
    assert of_all.observations["stream_open"].median == 7
    assert (sse.name, sse.observations["stream_events"].median) == ("SSE /", 20)
    assert sse.observations["stream_connect"].n == 5
    assert (ws.name, ws.observations["stream_open"].median) == ("WS /", 2)
    assert "stream_connect" not in ws.observations


def test_where_streams_are_all_there_is_no_throughput_exists(build):
    streams = build.streaming(20)

    of_all, of_name = summarise(build.evidence(*streams))
    reconnecting = row_of_all(build.evidence(*streams, build.requests([1] * 5, name="SSE /")))
    _, beside, _ = summarise(build.evidence(*streams, build.requests([], name="GET /")))

    assert (of_all.throughput_per_s, of_name.throughput_per_s) == (None, None)
    assert of_all.requests == 0
    assert reconnecting.throughput_per_s == 0.5
    assert (beside.name, beside.throughput_per_s) == ("GET /", 0.0)


def test_cost_is_per_event_where_streams_are_open(build):
    edges = build.edges({"cpu_s": 1.0}, {"cpu_s": 3.0})

    row = row_of_all(build.evidence(*build.streaming(2), build.requests([1] * 5), *edges))

    assert row.cpu_s_per_request == 2.0 / 25


def test_what_a_target_calls_by_the_name_of_a_streams_quantity_is_kept_apart(build):
    told = build.observation(3, name="stream_open", unit="connections")

    with_streams = row_of_all(build.evidence(*build.streaming(open=5), told))
    without = row_of_all(build.evidence(told))

    assert with_streams.observations["stream_open"].median == 5
    assert with_streams.observations["stream_open (told)"].median == 3
    assert without.observations["stream_open"].median == 3


def test_of_several_generators_the_busiest_is_shown(build):
    row = row_of_all(
        build.evidence(*(build.generator(worker=n, cpu_s=cpu_s) for n, cpu_s in ((0, 2), (1, 6))))
    )

    assert row.generator_cpu_ratio == 0.6


def test_cpu_and_switches_divide_by_the_users_completions_failed_ones_included(build):
    before = {"cpu_s": 1.0, "voluntary_switches": 10, "involuntary_switches": 0}
    after = {"cpu_s": 3.0, "voluntary_switches": 25, "involuntary_switches": 5}

    row = row_of_all(
        build.evidence(
            build.requests([1] * 7, completed=3),
            build.requests([], completed=1, outcome="timeout"),
            build.requests([1] * 50, group="bystander"),
            *build.edges(before, after),
        )
    )

    assert row.cpu_s_per_request == 0.5
    assert row.context_switches_per_request == 5.0
    assert row.target_cpu_ratio == 0.2


def test_cost_per_request_is_unknown_without_requests_or_readings(build):
    edges = build.edges({"cpu_s": 1.0}, {"cpu_s": 3.0})

    assert row_of_all(build.evidence(*edges)).cpu_s_per_request is None
    assert row_of_all(build.evidence(build.requests([1]))).cpu_s_per_request is None
    assert (
        row_of_all(build.evidence(build.requests([1]), *edges)).context_switches_per_request is None
    )


def test_memory_and_threads_are_the_targets_median_with_the_peak_beside_it(build):
    row = row_of_all(
        build.evidence(
            *(build.reading(rss_bytes=size, threads=size, fds=7) for size in (10, 20, 90)),
            build.reading(pss_bytes=8, uss_bytes=6),
            build.reading(rss_bytes=10_000, subject="generator"),
        )
    )

    assert (row.rss_bytes, row.rss_peak_bytes) == (20, 90)
    assert (row.threads, row.threads_peak) == (20, 90)
    assert (row.pss_bytes, row.uss_bytes, row.fds) == (8, 6, 7)


def test_the_bystanders_percentiles_and_the_targets_observations_stand_in_the_row_of_all(build):
    rows = summarise(
        build.evidence(
            build.requests([1000]),
            build.requests([200, 300], group="bystander", name="ping"),
            build.observation(0.004),
            build.observation(3, name="pool", unit="connections"),
        )
    )

    assert (rows[0].bystander_p50_s, rows[0].bystander_p99_s) == (0.0002, 0.0003)
    assert rows[0].loop_lag_p99_s == 0.004
    assert rows[0].observations["pool"].median == 3
    assert rows[1].bystander_p99_s is None
    assert rows[1].observations == {}
