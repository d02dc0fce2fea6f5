from __future__ import annotations

import pytest

from bench.analysis.doubting import doubt
from bench.model.caution import Caution, CautionCode
from bench.model.plan import Placement


def codes(evidence, *, max_error_ratio=0.0, cores=2):
    raised = doubt(evidence, max_error_ratio=max_error_ratio, cores=cores)
    assert all(caution.detail for caution in raised)
    return [caution.code.value for caution in raised]


def test_a_steady_step_that_obeys_littles_law_is_under_no_doubt(build):
    assert codes(build.evidence(*build.steady(), build.generator())) == []


def test_cautions_come_in_the_order_of_their_codes(build):
    evidence = build.evidence(build.generator(cpu_s=9.5), placement=Placement(shared=True))

    found = codes(evidence)

    assert found == ["generator-busy", "nothing-measured", "unpinned", "shared-cores"]
    assert found == [code.value for code in CautionCode if code.value in found]


def test_a_skipped_level_is_under_this_one_doubt(build):
    evidence = build.evidence(
        step={"times": None, "skipped": "its warm-up would take 90 s"}, placement=Placement()
    )

    (caution,) = doubt(evidence, max_error_ratio=0)

    assert caution.code is CautionCode.LEVEL_SKIPPED
    assert caution.detail == "its warm-up would take 90 s"


@pytest.mark.parametrize(("lag_us", "raised"), [(9_000, False), (10_100, True)])
def test_a_generator_whose_loop_ran_late(build, lag_us, raised):
    lines = build.generator(loop_lag_us=build.encoded([100] * 98 + [lag_us] * 2))

    assert ("generator-lag" in codes(build.evidence(*build.steady(), lines))) is raised


@pytest.mark.parametrize(("wait_s", "raised"), [(None, False), (1.0, False), (1.1, True)])
def test_a_generator_that_waited_for_a_core(build, wait_s, raised):
    evidence = build.evidence(*build.steady(), build.generator(core_wait_s=wait_s))

    assert ("generator-starved" in codes(evidence)) is raised


@pytest.mark.parametrize(("cpu_s", "raised"), [(8.9, False), (9.0, True)])
def test_a_generator_without_headroom(build, cpu_s, raised):
    evidence = build.evidence(*build.steady(), build.generator(cpu_s=cpu_s))

    assert ("generator-busy" in codes(evidence)) is raised


def details(evidence):
    return {caution.code.value: caution.detail for caution in doubt(evidence, max_error_ratio=0)}


def test_the_worst_of_several_generators_decides_and_is_named(build):
    lag = build.encoded([20_000])
    evidence = build.evidence(
        *build.steady(),
        build.generator(worker=0, cpu_s=1.0),
        build.generator(worker=1, cpu_s=9.5, loop_lag_us=lag, core_wait_s=0.5),
        build.generator(worker=2, cpu_s=5.0, core_wait_s=2.0),
        *build.edges({"cpu_s": 0.0}, {"cpu_s": 15.0}, subject="generator"),
        workers=(build.worker(0), build.worker(1, name="west", host="10.0.0.7")),
        placement=Placement(target=(0,), generator=(1, 2, 3), services=(4,)),
    )

    found = details(evidence)

    assert found.keys() == {"generator-lag", "generator-starved", "generator-busy"}
    assert "worker 1 (west on 10.0.0.7) was 20 ms late" in found["generator-lag"]
    assert found["generator-starved"].startswith("worker 2 waited 2 s")
    assert found["generator-busy"].startswith("worker 1 (west on 10.0.0.7) used 95% of its core")


def test_workers_that_are_busy_together_are_not_so_one_by_one(build):
    evidence = build.evidence(
        *build.steady(),
        *(build.generator(worker=worker, cpu_s=6.0) for worker in (0, 1)),
        *build.edges({"cpu_s": 0.0}, {"cpu_s": 12.0}, subject="generator"),
    )

    assert codes(evidence) == []


def test_the_only_generator_has_no_index(build):
    found = details(build.evidence(*build.steady(), build.generator(cpu_s=9.5)))

    assert found["generator-busy"].startswith("the generator used 95% of its core")


@pytest.mark.parametrize(
    ("scheduled", "late", "dropped", "raised"),
    [
        (1000, 5, 5, False),
        (1000, 6, 5, True),
        (1000, 0, 11, True),
        (10, 1, 0, False),
        (10, 1, 1, True),
    ],
)
def test_a_rate_that_was_missed(build, scheduled, late, dropped, raised):
    line = build.schedule(scheduled=scheduled, late=late, dropped=dropped)

    opened = build.evidence(*build.steady(), line, step={"load": {"rate": 10}})
    closed = build.evidence(*build.steady(), line)

    assert ("rate-missed" in codes(opened)) is raised
    assert "rate-missed" not in codes(closed)


def test_each_groups_rate_is_looked_at_by_itself(build):
    evidence = build.evidence(
        *build.steady(),
        build.schedule(scheduled=100_000),
        build.schedule(scheduled=100, late=50, group="bystander"),
        step={"load": {"rate": 10}},
    )

    detail = details(evidence)["rate-missed"]

    assert detail.startswith("of the bystanders' 100 scheduled requests 50 were sent late")
    assert "users" not in detail


def test_a_generator_without_ports_is_at_fault_whatever_the_budget_of_errors(build):
    one = build.requests([], requests=1, outcome="generator-no-ports", phase="warm-up")
    evidence = build.evidence(*build.steady(), one)

    (caution,) = doubt(evidence, max_error_ratio=1)

    assert caution.code is CautionCode.GENERATOR_RESOURCES
    assert "1 generator-no-ports" in caution.detail


@pytest.mark.parametrize("skipped", [None, "its warm-up would take 90 s"])
def test_what_the_driver_said_was_wrong_is_a_doubt(build, skipped):
    lost = Caution(code=CautionCode.WORKER_LOST, detail="worker 1 was lost")
    evidence = build.evidence(
        *build.steady(),
        build.generator(cpu_s=9.5),
        step={"problems": (lost,), "skipped": skipped},
    )

    assert codes(evidence) == [
        *(["generator-busy"] if skipped is None else []),
        "worker-lost",
        *(["level-skipped"] if skipped else []),
    ]


def open_step(build, began, ended, *, late=0, dropped=0, response_us=1000, **changes):
    scheduled = began + dropped
    return build.evidence(
        build.requests([response_us] * began, completed=ended),
        build.schedule(scheduled=scheduled, late=late, dropped=dropped),
        step={"load": {"rate": scheduled / 10}, **changes},
    )


@pytest.mark.parametrize(
    ("began", "ended", "raised"), [(1000, 1000, False), (1000, 980, False), (1000, 610, True)]
)
def test_a_target_that_does_not_keep_up_is_overloaded_and_the_step_counts(
    build, began, ended, raised
):
    found = codes(open_step(build, began, ended))

    assert ("overloaded" in found) is raised
    assert not CautionCode.OVERLOADED.invalidates


def test_an_overloaded_target_is_told_with_the_share_that_it_served(build):
    detail = details(open_step(build, 1000, 610))["overloaded"]

    assert detail.startswith("the target served 61% of the offered rate (610 of 1000 requests")


def test_of_requests_that_take_long_the_number_in_flight_may_differ_by_chance(build):
    # 10 a second that take 1 s: 10 are in flight, give or take 3.2 at either edge of the window.
    assert "overloaded" not in codes(open_step(build, 100, 92, response_us=1_000_000))
    assert "overloaded" in codes(open_step(build, 100, 85, response_us=1_000_000))


def test_requests_that_were_dropped_were_not_served_and_those_sent_late_are_the_generators(build):
    assert "served 50% of" in details(open_step(build, 500, 500, dropped=500))["overloaded"]
    assert "overloaded" not in codes(open_step(build, 1000, 610, late=11))


def test_the_closed_model_and_a_window_that_never_closed_have_no_overload(build):
    assert "overloaded" not in codes(open_step(build, 1000, 610, load={"users": 10}))
    assert "overloaded" not in codes(open_step(build, 1000, 610, times=None))


def test_a_driver_that_tells_no_schedule_may_be_overloaded(build):
    evidence = build.evidence(build.requests([9] * 100, completed=50), step={"load": {"rate": 10}})

    assert "overloaded" in codes(evidence)


def service_evidence(build, services_s, generator_s, placement):
    return build.evidence(
        *build.steady(),
        *build.edges({"cpu_s": 0.0}, {"cpu_s": services_s}, subject="services"),
        *build.edges({"cpu_s": 0.0}, {"cpu_s": generator_s}, subject="generator"),
        placement=placement,
    )


@pytest.mark.parametrize(
    ("services_s", "generator_s", "services_on", "generator_on", "raised"),
    [
        (9.0, 0.0, (1,), (2,), True),
        (8.9, 0.0, (1,), (2,), False),
        (9.0, 0.0, (1, 2), (3,), False),
        (18.0, 0.0, (1, 2), (3,), True),
        (5.0, 4.5, (1,), (1,), True),
        (4.5, 4.6, (1,), (1,), False),
        (5.0, 3.9, (1,), (1,), False),
        (5.0, 4.5, (1,), (2,), False),
        (8.0, 7.0, (1,), (1, 2), False),
        (9.9, 0.0, (), (), False),
    ],
)
def test_services_that_used_up_their_cores(
    build, services_s, generator_s, services_on, generator_on, raised
):
    placement = Placement(target=(0,), generator=generator_on, services=services_on)

    found = codes(service_evidence(build, services_s, generator_s, placement))

    assert ("service-busy" in found) is raised


@pytest.mark.parametrize(
    ("services_s", "generator_s", "generator_on", "raised"),
    [
        (4.5, 4.6, (1,), True),
        (4.5, 4.5, (1,), True),
        (4.6, 4.5, (1,), False),
        (4.0, 4.6, (1,), False),
        (4.5, 4.6, (2,), False),
    ],
)
def test_a_generator_that_crowded_the_core_it_shares(
    build, services_s, generator_s, generator_on, raised
):
    placement = Placement(target=(0,), generator=generator_on, services=(1,))

    found = codes(service_evidence(build, services_s, generator_s, placement))

    assert ("generator-busy" in found) is raised


def test_services_on_a_shared_core_are_not_blamed_while_the_generator_is_unknown(build):
    edges = build.edges({"cpu_s": 0.0}, {"cpu_s": 8.0}, subject="services")

    assert "service-busy" not in codes(build.evidence(*build.steady(), *edges))


@pytest.mark.parametrize(
    ("response_us", "think_s", "raised"),
    [
        (1_000_000, 0.0, False),
        (500_000, 0.0, True),
        (500_000, 50.0, False),
        (1_000_000, 50.0, True),
    ],
)
def test_littles_law_counts_response_and_think_time(build, response_us, think_s, raised):
    lines = build.steady(100, response_us)
    evidence = build.evidence(
        *lines, build.generator(think_s=think_s * 10), step={"load": {"users": 100}}
    )

    assert ("littles-law" in codes(evidence)) is raised


def test_littles_law_counts_failed_completions_too(build):
    evidence = build.evidence(
        *build.steady(5, 800_000),
        *build.steady(5, 1_200_000, outcome="timeout"),
        build.generator(),
    )

    assert codes(evidence, max_error_ratio=1) == []


def test_littles_law_allows_for_chance_in_a_window_of_few_completions(build):
    # 25 completions have a standard error of 20 %, so that 60 % to 140 % of the users are in doubt.
    few = [build.requests([2_600_000] * 25, slice=2), build.generator()]
    fewer = [build.requests([2_200_000] * 25, slice=2), build.generator()]

    assert "littles-law" not in codes(build.evidence(*few))
    assert "littles-law" in codes(build.evidence(*fewer))


def test_littles_law_is_no_law_of_the_open_model(build):
    evidence = build.evidence(*build.steady(), build.generator(), step={"load": {"rate": 500}})

    assert "littles-law" not in codes(evidence)


def test_littles_law_needs_completions_with_a_response_time_in_the_window(build):
    untimed = build.evidence(build.requests(requests=3, completed=3), build.generator())
    earlier = build.evidence(build.requests([1], completed=0), build.generator())

    assert "littles-law" not in codes(untimed)
    assert "littles-law" not in codes(earlier)


@pytest.mark.parametrize(("cpu_s", "blamed"), [(7.5, False), (7.6, True), (None, False)])
def test_where_littles_law_is_broken_a_busy_generator_is_the_likely_cause(build, cpu_s, blamed):
    workers = (0.1, cpu_s) if cpu_s else ()
    evidence = build.evidence(
        *build.steady(10, 500_000),
        *(build.generator(worker=index, cpu_s=spent) for index, spent in enumerate(workers)),
        *([] if cpu_s else [build.generator(cpu_s=1.0)]),
    )

    assert ("worker 1 used 76% of its core" in details(evidence)["littles-law"]) is blamed


def test_users_who_hold_streams_are_under_no_law_of_littles(build):
    evidence = build.evidence(*build.steady(1, 500), *build.streaming(), build.generator())

    assert codes(evidence) == ["few-streams"]


def halves(build, first, second, slices=10):
    return build.evidence(
        *(
            build.requests([], slice=2 + index, completed=first if index < slices / 2 else second)
            for index in range(slices)
        )
    )


@pytest.mark.parametrize(
    ("first", "second", "raised"),
    [(1000, 1000, False), (1000, 1090, False), (1000, 1120, True), (1120, 1000, True)],
)
def test_throughput_that_moved_between_the_windows_halves(build, first, second, raised):
    assert ("no-steady-state" in codes(halves(build, first, second))) is raised


def test_few_completions_may_differ_by_chance(build):
    # 100 completions: twice the standard error of the difference is 40 % of a half.
    assert "no-steady-state" not in codes(halves(build, 8, 12))
    assert "no-steady-state" in codes(halves(build, 7, 13))


@pytest.mark.parametrize(
    ("first_asked", "second_asked", "raised"),
    [(10, 40, False), (40, 10, True), (25, 25, True), (0, 0, True)],
)
def test_halves_of_random_arrivals_may_differ_as_their_schedules_do(
    build, first_asked, second_asked, raised
):
    # each task is two requests
    done = [
        build.requests([], slice=2, completed=20),
        build.requests([], slice=11, completed=80),
    ]
    asked = [
        build.schedule(slice=2, scheduled=first_asked),
        build.schedule(slice=11, scheduled=second_asked),
    ]
    evidence = build.evidence(*done, *asked, step={"load": {"rate": 5.0}})

    assert ("no-steady-state" in codes(evidence)) is raised


def test_who_serves_evenly_what_came_unevenly_is_steady(build):
    done = [build.requests([], slice=at, completed=50) for at in (2, 11)]
    asked = [build.schedule(slice=at, scheduled=count) for at, count in ((2, 90), (11, 40))]
    evidence = build.evidence(*done, *asked, step={"load": {"rate": 5.0}})

    assert "no-steady-state" not in codes(evidence)


def test_the_middle_slice_of_an_odd_number_counts_for_neither_half(build):
    times = {"started_s": 100.0, "opens_at_s": 102.0, "closes_at_s": 105.0, "drained_at_s": 106.0}
    counts = {2: 1000, 3: 9000, 4: 1000}
    evidence = build.evidence(
        *(build.requests([], slice=index, completed=count) for index, count in counts.items()),
        step={"times": times},
    )

    assert "no-steady-state" not in codes(evidence)


def test_slices_that_lie_in_the_window_in_part_count_for_neither_half(build):
    times = {"started_s": 100.0, "opens_at_s": 101.5, "closes_at_s": 104.5, "drained_at_s": 106.0}
    counts = {1: 500, 2: 1000, 3: 1000, 4: 900}
    evidence = build.evidence(
        *(build.requests([], slice=index, completed=count) for index, count in counts.items()),
        step={"times": times},
    )

    assert "no-steady-state" not in codes(evidence)


@pytest.mark.parametrize("window_s", [0.4, 1.9])
def test_a_window_of_less_than_two_slices_has_no_halves(build, window_s):
    times = {"started_s": 0, "opens_at_s": 2.3, "closes_at_s": 2.3 + window_s, "drained_at_s": 9}
    evidence = build.evidence(
        build.requests([], slice=2, completed=1000), build.requests([1]), step={"times": times}
    )

    assert "no-steady-state" not in codes(evidence)


def bursts(build, first, second, open_streams):
    counts = [first] * 5 + [second] * 5
    return build.evidence(
        *(build.stream(n, slice=2 + index, open=open_streams) for index, n in enumerate(counts)),
        step={"load": {"users": open_streams}},
    )


def test_events_of_streams_that_became_fewer_are_no_steady_state(build):
    assert codes(bursts(build, 1000, 1000, 1)) == []
    assert codes(bursts(build, 1000, 800, 1)) == ["no-steady-state"]
    assert "events and successes" in details(bursts(build, 1000, 800, 1))["no-steady-state"]


def test_one_burst_to_every_stream_more_in_one_half_is_chance(build):
    # 2,000 streams with five events each in one half, and four in the other
    assert codes(bursts(build, 2000, 1600, 2000)) == []
    assert codes(bursts(build, 2000, 1599, 2000)) == ["no-steady-state"]


@pytest.mark.parametrize(("events", "raised"), [(0, True), (1, False)])
def test_events_stand_in_for_requests_where_streams_are_open(build, events, raised):
    evidence = build.evidence(build.stream(events, open=7), step={"load": {"users": 7}})

    assert codes(evidence) == (["nothing-measured"] if raised else [])
    if raised:
        assert "7 open streams brought no event" in details(evidence)["nothing-measured"]


@pytest.mark.parametrize(
    ("first_event", "max_error_ratio", "raised"),
    [(True, 1, False), (True, 0.99, True), (False, 1, True)],
)
def test_streams_that_fell_silent_are_a_result_where_all_may_fail(
    build, first_event, max_error_ratio, raised
):
    first = build.encoded([5_000]) if first_event else None
    warm_up = build.stream(7, phase="warm-up", slice=1, first_event_us=first)
    seven = {"load": {"users": 7}}
    silent, closed = (
        build.evidence(warm_up, build.stream(0, open=count), step=seven) for count in (7, 0)
    )
    found = codes(silent, max_error_ratio=max_error_ratio)
    assert found == (["nothing-measured"] if raised else [])
    assert "nothing-measured" in codes(closed, max_error_ratio=max_error_ratio)


@pytest.mark.parametrize(("open_streams", "raised"), [(9, False), (8, True), (0, True)])
def test_users_of_whom_many_hold_no_stream_are_noted(build, open_streams, raised):
    counts = [1, open_streams, open_streams, open_streams, 10]
    lines = [build.stream(100, slice=2 + at, open=count) for at, count in enumerate(counts)]
    evidence = build.evidence(*lines)

    assert ("few-streams" in codes(evidence)) is raised
    if raised:
        assert details(evidence)["few-streams"] == (
            f"{open_streams} streams were open, the median over the window, of 10 users; at the "
            "most 10"
        )
    assert not CautionCode.FEW_STREAMS.invalidates
    offered = build.evidence(*lines, step={"load": {"rate": 10.0}})
    assert "few-streams" not in codes(offered)
    assert "few-streams" not in codes(build.evidence(*build.steady()))


def test_errors_are_told_with_the_most_frequent_texts(build):
    evidence = build.evidence(
        build.requests([1] * 88),
        build.requests([1] * 12, outcome="check-failed"),
        build.failure('json:$.state is "pending"', 12),
        build.failure("of a bystander", 99, group="bystander"),
    )

    assert details(evidence)["errors"] == (
        "12 of 100 requests failed; the experiment allows 0.00% (12 check-failed; most often "
        'check-failed 12: json:$.state is "pending")'
    )


def test_nothing_measured_says_what_failed(build):
    evidence = build.evidence(build.requests([1] * 4, outcome="http-500"))

    found = {caution.code: caution.detail for caution in doubt(evidence, max_error_ratio=1)}

    assert found.keys() == {CautionCode.NOTHING_MEASURED}
    assert "4 http-500" in found[CautionCode.NOTHING_MEASURED]


@pytest.mark.parametrize(("budget", "raised"), [(0.0, True), (0.24, True), (0.25, False)])
def test_errors_above_the_budget(build, budget, raised):
    evidence = build.evidence(build.requests([1] * 3), build.requests([1], outcome="timeout"))

    assert ("errors" in codes(evidence, max_error_ratio=budget)) is raised


def test_a_bystanders_errors_are_not_the_users(build):
    evidence = build.evidence(
        build.requests([1]), build.requests([1], outcome="timeout", group="bystander")
    )

    assert "errors" not in codes(evidence)


@pytest.mark.parametrize("group", ["users", "bystander"])
def test_censored_requests_of_either_group_are_noted(build, group):
    evidence = build.evidence(*build.steady(), build.censored(2, group=group))

    (caution,) = doubt(evidence, max_error_ratio=0)

    assert caution.code is CautionCode.CENSORED
    assert "5 ms" in caution.detail


def test_censored_requests_of_unknown_age_are_noted_without_it(build):
    line = build.censored(2, age_us=build.encoded([]))

    (caution,) = doubt(build.evidence(*build.steady(), line), max_error_ratio=0)

    assert "oldest" not in caution.detail


def stolen(build, steal_s, **trial):
    return build.evidence(
        *build.steady(),
        build.machine("opens", steal_s=0.0),
        build.machine("closes", steal_s=steal_s),
        **trial,
    )


@pytest.mark.parametrize(
    ("steal_s", "cores", "raised"),
    [(2.0, 2, False), (2.1, 2, True), (2.1, None, True), (2.1, 4, False)],
)
def test_cpu_that_the_hypervisor_stole(build, steal_s, cores, raised):
    assert ("cpu-stolen" in codes(stolen(build, steal_s), cores=cores)) is raised


def test_without_known_cores_the_stolen_time_is_held_against_one(build):
    found = doubt(stolen(build, 1.1, placement=Placement()), max_error_ratio=0)

    assert found[0].code is CautionCode.CPU_STOLEN
    assert "one core" in found[0].detail


def test_stolen_time_without_a_window_says_nothing(build):
    machine = [build.machine("opens", steal_s=0.0), build.machine("closes", steal_s=9.0)]

    assert codes(build.evidence(*machine, step={"times": None})) == [
        "nothing-measured",
        "target-died",
    ]


@pytest.mark.parametrize(("pages", "raised"), [(256, False), (257, True)])
def test_a_machine_that_swapped(build, pages, raised):
    evidence = build.evidence(
        *build.steady(),
        build.machine("opens", swapped_pages=100),
        build.machine("closes", swapped_pages=100 + pages),
    )

    assert ("swapping" in codes(evidence)) is raised


@pytest.mark.parametrize(
    ("before_s", "after_s", "raised"),
    [(5.0, 6.0, False), (5.0, 6.1, True), (None, 9.0, False), (5.0, None, False)],
)
def test_processes_that_a_quota_held_back(build, before_s, after_s, raised):
    evidence = build.evidence(
        *build.steady(),
        build.machine("opens", throttled_s=before_s),
        build.machine("closes", throttled_s=after_s),
    )

    assert codes(evidence) == (["throttled"] if raised else [])


def test_a_quota_without_a_window_says_nothing(build):
    machine = [build.machine("opens", throttled_s=0.0), build.machine("closes", throttled_s=9.0)]

    assert "throttled" not in codes(build.evidence(*machine, step={"times": None}))


def test_a_target_that_died_before_its_window_closed_says_why_the_trial_ended(build):
    evidence = build.evidence(step={"times": None}, failure="the target ended with signal 9")

    found = {caution.code: caution.detail for caution in doubt(evidence, max_error_ratio=0)}

    assert found[CautionCode.TARGET_DIED] == "the target ended with signal 9"


def test_a_target_without_processes_at_the_closing_edge_died(build):
    edges = build.edges({"pids": (41,)}, {"pids": ()})

    assert codes(build.evidence(*build.steady(), *edges)) == ["target-died"]


@pytest.mark.parametrize(
    ("before", "after", "raised"),
    [((41, 42), (42, 41), False), ((41, 42), (41, 43), True), ((41,), (41, 42), True)],
)
def test_a_target_whose_processes_changed(build, before, after, raised):
    edges = build.edges({"pids": before}, {"pids": after})

    assert ("target-changed" in codes(build.evidence(*build.steady(), *edges))) is raised


def test_services_may_change_their_processes(build):
    edges = build.edges({"pids": (1,)}, {"pids": (2,)}, subject="services")

    assert codes(build.evidence(*build.steady(), *edges)) == []
