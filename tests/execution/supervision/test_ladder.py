from __future__ import annotations

from bench.execution.supervision.ladder import Ladder, Rung


def test_a_leader_has_half_of_the_grace_to_itself() -> None:
    ladder = Ladder(grace_s=4.0, now_s=100.0)
    assert ladder.climb(101.9) is Rung.WAIT
    assert ladder.climb(102.0) is Rung.ASK_ALL


def test_all_are_asked_once_and_killed_at_the_end_of_the_grace() -> None:
    ladder = Ladder(grace_s=4.0, now_s=100.0)
    assert [ladder.climb(at) for at in (103.0, 103.5, 104.0, 104.1)] == [
        Rung.ASK_ALL,
        Rung.WAIT,
        Rung.KILL_ALL,
        Rung.KILL_ALL,
    ]


def test_who_outlives_the_leader_is_asked_at_once_and_has_a_second() -> None:
    ladder = Ladder(grace_s=60.0, now_s=100.0)
    ladder.leader_ended(101.0)
    assert ladder.climb(101.0) is Rung.ASK_ALL
    assert ladder.climb(101.9) is Rung.WAIT
    assert ladder.climb(102.0) is Rung.KILL_ALL


def test_the_leaders_end_never_lengthens_the_grace() -> None:
    ladder = Ladder(grace_s=1.0, now_s=100.0)
    ladder.leader_ended(100.9)
    assert ladder.climb(101.0) is Rung.KILL_ALL


def test_the_ladder_ends_even_if_a_process_does_not() -> None:
    assert Ladder(grace_s=1.0, now_s=100.0).climb(111.0) is Rung.GIVE_UP
