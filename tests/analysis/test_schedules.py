from __future__ import annotations

import pytest

from bench.analysis.schedules import ScheduleTally, tally_schedules


def test_each_group_is_added_up_by_itself(build):
    ours = [build.schedule(scheduled=5, late=1), build.schedule(scheduled=4, dropped=2, worker=1)]
    theirs = [build.schedule(scheduled=3, group="bystander")]

    tallies = tally_schedules({"users": ours, "bystander": theirs})

    assert tallies == {
        "users": ScheduleTally(scheduled=9, late=1, dropped=2, per_slice={2: 9}),
        "bystander": ScheduleTally(scheduled=3, late=0, dropped=0, per_slice={2: 3}),
    }


@pytest.mark.parametrize(
    ("scheduled", "missed", "too_much"),
    [(1000, 10, False), (1000, 11, True), (10, 1, False), (10, 2, True), (0, 0, False)],
)
def test_more_than_one_in_a_hundred_and_at_least_two_is_too_much(scheduled, missed, too_much):
    tally = ScheduleTally(scheduled=scheduled, late=0, dropped=0)

    assert tally.is_too_much(missed) is too_much
