from __future__ import annotations

import pytest

from bench.analysis.step_lines import TrialLines


def test_what_belongs_to_the_drain_is_left_out(build):
    kinds = (build.requests, build.schedule, build.failure, build.stream, build.generator)
    lines = TrialLines([make(phase="drain") for make in kinds])
    found = lines.of(0)

    assert not any((found.requests, found.warming_up, found.schedules, found.failures))
    assert not found.streams
    assert lines.of_generator(0) == ()
    assert lines.has(0)
    assert not lines.has(1)


def test_of_the_warm_up_requests_and_streams_are_kept_apart(build):
    kinds = (build.requests, build.schedule, build.failure, build.stream, build.generator)
    lines = TrialLines([make(phase="warm-up") for make in kinds])
    found = lines.of(0)

    assert not any((found.requests, found.schedules, found.failures, lines.of_generator(0)))
    assert list(found.warming_up) == [("users", "GET /")]
    assert list(found.streams) == ["SSE /"]


@pytest.mark.parametrize("kind", ["requests", "schedule", "failure", "stream", "censored"])
def test_lines_belong_to_one_step(build, kind):
    lines = TrialLines([getattr(build, kind)(), build.generator()])
    ours, other = lines.of(0), lines.of(1)

    def count(found):
        named = (found.requests, found.censored, found.schedules, found.streams)
        return sum(len(of_name) for of_name in named) + len(found.failures)

    assert (count(ours), count(other)) == (1, 0)
    assert (len(lines.of_generator(0)), len(lines.of_generator(1))) == (1, 0)


def test_handshakes_are_the_users_requests_of_that_name_in_warm_up_and_window(build):
    lines = TrialLines(
        [
            build.requests([1], name="SSE /", phase="warm-up"),
            build.requests([2], name="SSE /"),
            build.requests([3], name="GET /"),
            build.requests([4], name="SSE /", group="bystander"),
        ]
    ).of(0)

    assert len(lines.handshakes("SSE /")) == 2
    assert lines.handshakes("WS /") == []
    assert ("users", "WS /") not in lines.requests
