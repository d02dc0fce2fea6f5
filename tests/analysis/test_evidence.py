from __future__ import annotations

from bench.analysis.evidence import gather_evidence


def test_lines_go_to_the_step_that_they_name(build):
    first, second = build.step(index=0), build.step(index=1)
    slices = [build.requests([1]), build.requests([1, 1], step=1), build.generator(step=1)]

    one, two = gather_evidence(build.trial(first, second), slices, [], [])

    assert (one.users.requests, two.users.requests) == (1, 2)
    assert (len(one.generators), len(two.generators)) == (0, 1)


def test_requests_in_warm_up_and_drain_do_not_count(build):
    evidence = build.evidence(
        build.requests([1], phase="warm-up"),
        build.requests([1, 1], phase="window"),
        build.requests([1], phase="drain"),
        build.generator(phase="warm-up", cpu_s=1.0),
    )

    assert evidence.users.requests == 2
    assert evidence.generators == ()
    assert evidence.has_slices


def test_a_step_without_lines_says_so(build):
    assert not build.evidence().has_slices


def test_bystanders_are_kept_apart_from_users(build):
    evidence = build.evidence(
        build.requests([1000]),
        build.requests([2000] * 3, group="bystander", name="GET /ping"),
        build.censored(2, group="bystander", name="GET /pong"),
    )

    assert evidence.users.requests == 1
    assert evidence.bystander.requests == 3
    assert list(evidence.names["bystander"]) == ["GET /ping", "GET /pong"]
    assert evidence.succeeded_per_slice == {2: 1}


def test_polls_belong_to_the_window_by_their_time(build):
    evidence = build.evidence(
        *(build.reading(t_s=t_s, rss_bytes=int(t_s)) for t_s in (101.9, 102.0, 112.0, 112.1)),
        build.reading(t_s=105.0, rss_bytes=9, subject="services"),
    )

    seen = [reading.rss_bytes for reading in evidence.watched("target").within]
    assert seen == [102, 112]
    assert len(evidence.watched("services").within) == 1


def test_edges_belong_to_the_step_that_they_name_even_if_read_a_little_late(build):
    evidence = build.evidence(
        *build.edges({"cpu_s": 1.0}, {"cpu_s": 6.0, "t_s": 112.2}),
        *build.edges({"cpu_s": 0.0}, {"cpu_s": 90.0}, step=3),
    )

    assert evidence.cpu_ratio("target") == 0.5


def test_observations_belong_to_the_window_by_their_time(build):
    evidence = build.evidence(
        *(build.observation(t_s, t_s=t_s) for t_s in (112.0, 101.0, 103.0, 113.0))
    )

    assert [observation.value for observation in evidence.observations] == [103.0, 112.0]


def test_machine_readings_between_the_edges_are_not_edges(build):
    evidence = build.evidence(build.machine(None, steal_s=1.0), build.machine("opens", steal_s=2.0))

    assert evidence.machine.opens.steal_s == 2.0
    assert evidence.machine.closes is None


def test_a_step_without_times_has_no_window(build):
    evidence = build.evidence(build.reading(), build.observation(1.0), step={"times": None})

    assert evidence.window_s == 0.0
    assert evidence.observations == ()
    assert evidence.cpu_ratio("target") is None


def test_the_generators_own_slices_stand_in_where_nobody_watched_it(build):
    own = build.evidence(build.generator(cpu_s=2.0), build.generator(cpu_s=3.0))
    watched = build.evidence(
        build.generator(cpu_s=2.0),
        *build.edges({"cpu_s": 1.0}, {"cpu_s": 5.0}, subject="generator"),
    )

    assert own.cpu_ratio("generator") == 0.5
    assert watched.cpu_ratio("generator") == 0.4
    assert own.cpu_ratio("target") is None
    assert build.evidence().cpu_ratio("generator") is None


def test_the_busiest_worker_tells_for_itself_whatever_was_watched_here(build):
    lines = [build.generator(worker=worker, cpu_s=cpu_s) for worker, cpu_s in ((0, 3), (1, 5))]
    edges = build.edges({"cpu_s": 0.0}, {"cpu_s": 9.5}, subject="generator")

    alone = build.evidence(build.generator(cpu_s=2.0), *edges)

    assert build.evidence(*lines, *edges).busiest_generator() == (1, 0.5)
    assert build.evidence(*lines, *edges).cpu_ratio("generator") == 0.95
    assert build.evidence(*lines).cpu_ratio("generator") is None
    assert build.evidence(*lines, step={"times": None}).busiest_generator() is None
    assert alone.busiest_generator() == (None, 0.95)
    assert build.evidence().busiest_generator() is None


def test_connections_that_the_generator_could_not_open_count_from_the_warm_up_on(build):
    evidence = build.evidence(
        build.requests([], requests=2, outcome="generator-no-ports", phase="warm-up"),
        build.requests([], requests=3, outcome="generator-no-ports", group="bystander"),
        build.requests([], requests=1, outcome="generator-no-files", name="b"),
        build.requests([], requests=9, outcome="generator-no-files", phase="drain"),
        build.requests([], requests=9, outcome="timeout"),
        build.requests([], requests=9, outcome="generator-no-ports", step=7),
    )

    assert evidence.exhausted == {"generator-no-files": 1, "generator-no-ports": 5}
    assert build.evidence(build.requests([], outcome="generator-no-ports")).exhausted == {}


def test_streams_are_tallied_by_name_and_together(build):
    evidence = build.evidence(
        build.stream(2, name="b"), build.stream(3, name="a"), build.requests([1] * 4)
    )

    assert [(name, tally.events) for name, tally in evidence.streams.items()] == [
        ("a", 3),
        ("b", 2),
    ]
    assert evidence.all_streams.events == 5
    assert evidence.completed == 9
    assert build.evidence(build.requests([1] * 4)).completed == 4
    assert build.evidence().all_streams is None
