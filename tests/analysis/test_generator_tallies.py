from __future__ import annotations

from bench.analysis.generator_tallies import find_worst, tally_generators


def test_a_generator_without_lines_has_no_tally():
    assert tally_generators([]) == ()


def test_the_generators_lines_add_up(build):
    (tally,) = tally_generators(
        [
            build.generator(loop_lag_us=build.encoded([100]), cpu_s=0.25, core_wait_s=0.5),
            build.generator(cpu_s=0.5, think_s=3.0),
        ]
    )

    assert (tally.worker, tally.loop_lag.max_s, tally.loop_lag_p99_s) == (None, 0.0001, 0.0001)
    assert (tally.cpu_s, tally.core_wait_s, tally.think_s) == (0.75, 0.5, 3.0)


def test_a_wait_that_the_system_does_not_tell_is_unknown(build):
    (tally,) = tally_generators([build.generator()])

    assert tally.core_wait_s is None


def test_each_worker_is_tallied_by_itself(build):
    lines = [build.generator(worker=worker, cpu_s=cpu_s) for worker, cpu_s in ((1, 2), (0, 1))]

    tallies = tally_generators([*lines, *lines, build.generator(cpu_s=7)])

    assert [(tally.worker, tally.cpu_s) for tally in tallies] == [(None, 7), (0, 2), (1, 4)]


def test_the_worst_is_that_with_the_highest_value_known(build):
    tallies = tally_generators(
        build.generator(worker=worker, core_wait_s=wait_s)
        for worker, wait_s in ((0, 0.1), (1, None), (2, 0.3))
    )

    tally, wait_s = find_worst(tallies, lambda tally: tally.core_wait_s)

    assert (tally.worker, wait_s) == (2, 0.3)
    assert find_worst(tallies, lambda tally: tally.loop_lag_p99_s) is None
