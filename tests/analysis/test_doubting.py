from __future__ import annotations

import pytest

from bench.analysis.doubting import doubt
from bench.model.caution import CautionCode
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
    line = build.generator(scheduled=scheduled, late=late, dropped=dropped)

    opened = build.evidence(*build.steady(), line, step={"load": {"rate": 10}})
    closed = build.evidence(*build.steady(), line)

    assert ("rate-missed" in codes(opened)) is raised
    assert "rate-missed" not in codes(closed)


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
