from __future__ import annotations

from bench.analysis.tallies import merge_tallies, tally_requests


def test_failed_requests_are_counted_by_outcome_and_kept_out_of_the_percentiles(build):
    tally = tally_requests(
        [
            build.requests([1000, 2000]),
            build.requests([500], outcome="http-503"),
            build.requests([500, 700], outcome="timeout", slice=3),
            build.requests([600], outcome="http-503", slice=3),
        ]
    )

    assert tally.errors == {"http-503": 2, "timeout": 2}
    assert (tally.requests, tally.failed, tally.error_ratio) == (6, 4, 4 / 6)
    assert (tally.completed, tally.succeeded) == (6, 2)
    assert tally.response.quantile_s(0.5) == 0.001
    assert tally.failed_response.count == 4


def test_an_outcome_that_only_completed_here_is_no_error_of_the_window(build):
    line = build.requests([], outcome="timeout", requests=0, completed=3)

    tally = tally_requests([line])

    assert tally.errors == {}
    assert (tally.completed, tally.succeeded) == (3, 0)


def test_lines_with_the_same_key_are_parts_of_one_sum(build):
    tally = tally_requests([build.requests([1000]), build.requests([2000])])

    assert (tally.requests, tally.response.max_s) == (2, 0.002)


def test_nothing_has_no_error_ratio():
    assert merge_tallies([]).error_ratio is None


def test_tallies_of_several_names_add_up(build):
    merged = merge_tallies(
        [
            tally_requests([build.requests([1000], service_us=build.encoded([900]))]),
            tally_requests([build.requests([1], outcome="timeout")], [build.censored(2)]),
            tally_requests([build.requests([1, 1], outcome="timeout")], [build.censored(1)]),
        ]
    )

    assert (merged.requests, merged.succeeded, merged.completed) == (4, 1, 4)
    assert merged.errors == {"timeout": 3}
    assert (merged.censored, merged.censored_age.count) == (3, 3)
    assert (merged.response.count, merged.failed_response.count) == (1, 3)
    assert merged.service.max_s == 0.0009
