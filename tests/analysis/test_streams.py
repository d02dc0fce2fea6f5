from __future__ import annotations

from bench.analysis.streams import observe_streams, tally_streams


def test_events_belong_to_the_window_in_which_they_came(build):
    tally = tally_streams(
        [
            build.stream(5, phase="warm-up", lost=9, duplicated=9, reordered=9, open=9, slice=1),
            build.stream(7, lost=1, reordered=2, open=3),
            build.stream(8, duplicated=1, open=4, slice=3),
        ]
    )

    assert (tally.events, tally.events_per_slice) == (15, {2: 7, 3: 8})
    assert (tally.lost, tally.duplicated, tally.reordered) == (1, 1, 2)
    assert (tally.open_per_slice, tally.most_open) == ({2: 3, 3: 4}, 4)


def test_lines_of_several_workers_and_names_add_up(build):
    tally = tally_streams(
        [build.stream(1, open=2, worker=0), build.stream(2, open=3, worker=1, name="WS /")]
    )

    assert (tally.events_per_slice, tally.open_per_slice) == ({2: 3}, {2: 5})


def test_an_event_missed_in_the_warm_up_that_came_in_the_window_is_not_lost(build):
    lines = [build.stream(phase="warm-up", lost=2), build.stream(lost=-2, reordered=2)]

    assert tally_streams(lines).lost == 0


def test_connecting_and_first_events_are_those_of_warm_up_and_window(build):
    early, late = build.encoded([100]), build.encoded([300])
    times = ("first_event_us", "gap_us", "delivery_us")

    tally = tally_streams(
        [
            build.stream(phase="warm-up", **dict.fromkeys(times, early)),
            build.stream(**dict.fromkeys(times, late)),
        ],
        [
            build.requests([50], phase="warm-up"),
            build.requests([60]),
            build.requests([999], outcome="timeout"),
        ],
    )

    counts = [h.count for h in (tally.connect, tally.first_event, tally.gap, tally.delivery)]
    assert counts == [2, 2, 1, 1]
    assert tally.connect.max_s == 0.00006


def test_observations_tell_rates_levels_times_and_counts(build):
    gap = build.encoded([1000] * 99 + [2000])
    tally = tally_streams([*build.streaming(20, open=4, gap_us=gap), build.stream(lost=3)])

    observed = observe_streams(tally, 10.0)

    shown = {
        name: (each.n, each.median, each.p99, each.max, each.unit)
        for name, each in observed.items()
    }
    assert shown == {
        "stream_events": (1, 20.0, 20.0, 20.0, "1/s"),
        "stream_open": (10, 4, 4, 4, "connections"),
        "stream_event_gap": (1000, 0.001, 0.001, 0.002, "s"),
        "stream_lost": (1, 3, 3, 3, "events"),
        "stream_duplicated": (1, 0, 0, 0, "events"),
        "stream_reordered": (1, 0, 0, 0, "events"),
    }


def test_streams_that_all_ended_before_the_window_were_not_open_in_it(build):
    tally = tally_streams([build.stream(5, phase="warm-up", open=5)])

    assert "stream_open" not in observe_streams(tally, 10.0)
    assert (tally.events, tally.most_open) == (0, 0)
