from __future__ import annotations

from bench.analysis.watched import WatchedMachine, join_machine, join_processes


def cpu_s(reading):
    return reading.cpu_s


def rss_bytes(reading):
    return reading.rss_bytes


def test_a_counter_is_taken_from_edge_to_edge(build):
    watched = join_processes(build.edges({"cpu_s": 3.0}, {"cpu_s": 5.5}), [])

    assert watched.spent(cpu_s) == 2.5


def test_a_counter_without_both_edges_is_unknown(build):
    opens, closes = build.edges({"cpu_s": 3.0}, {"cpu_s": 5.5})

    assert join_processes([opens], []).spent(cpu_s) is None
    assert join_processes([closes], []).spent(cpu_s) is None


def test_a_counter_that_an_edge_does_not_tell_is_unknown(build):
    assert join_processes(build.edges({"cpu_s": 3.0}, {}), []).spent(cpu_s) is None
    assert join_processes(build.edges({}, {"cpu_s": 3.0}), []).spent(cpu_s) is None


def test_a_counter_that_fell_is_unknown(build):
    assert join_processes(build.edges({"cpu_s": 3.0}, {"cpu_s": 1.0}), []).spent(cpu_s) is None


def test_a_level_is_the_median_with_the_peak_beside_it(build):
    polls = [build.reading(rss_bytes=size) for size in (20, 90, None)]

    watched = join_processes(build.edges({"rss_bytes": 10}, {"rss_bytes": 30}), polls)

    assert watched.typical(rss_bytes) == 25
    assert watched.peak(rss_bytes) == 90


def test_a_level_that_nobody_read_is_unknown(build):
    watched = join_processes([], [build.reading()])

    assert watched.typical(rss_bytes) is None
    assert watched.peak(rss_bytes) is None


def test_the_machine_is_read_from_edge_to_edge(build):
    edges = [build.machine("opens", steal_s=1.0), build.machine("closes", steal_s=1.5)]

    assert join_machine(edges).spent(lambda reading: reading.steal_s) == 0.5
    assert WatchedMachine().spent(lambda reading: reading.steal_s) is None
