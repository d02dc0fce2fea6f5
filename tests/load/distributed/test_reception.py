from __future__ import annotations

from typing import Any

import pytest

from bench.load.distributed.reception import OtherVersionError, Reception

KIT: dict[str, Any] = {"config": {"max_users": 10}, "scenario": None, "environment": {}}


def reception(workers: int = 2) -> Reception:
    return Reception(KIT, workers=workers, version="1.0+aaa", seed=7)


def hello(version: str = "1.0+aaa") -> dict[str, Any]:
    return {"name": "box", "host": "10.0.0.2", "pid": 11, "version": version}


def test_workers_are_numbered_as_they_come_each_with_a_seed_of_its_own() -> None:
    desk = reception()
    replies = [desk.receive(name, hello()) for name in ("a", "b")]
    assert [(kind, data["index"]) for kind, data in replies] == [("welcome", 0), ("welcome", 1)]
    assert len({member.seed for member in desk.members}) == 2
    assert desk.is_full


def test_seeds_come_from_the_trial_alone() -> None:
    one, other = reception(), reception()
    for desk in (one, other):
        desk.receive("a", hello())
    assert one.members[0].seed == other.members[0].seed


def test_who_comes_when_all_places_are_taken_gets_none() -> None:
    desk = reception(workers=1)
    desk.receive("a", hello())
    assert desk.receive("b", hello()) == ("no-place", {})


def test_who_asks_twice_takes_one_place() -> None:
    desk = reception()
    desk.receive("a", hello())
    assert desk.receive("a", hello()) == ("", {})
    assert len(desk.members) == 1


def test_other_code_is_refused_with_both_versions_named() -> None:
    desk = reception()
    with pytest.raises(OtherVersionError) as refusal:
        desk.receive("a", hello("1.0+bbb"))
    assert "1.0+aaa" in refusal.value.message
    assert "1.0+bbb" in refusal.value.message
    assert "10.0.0.2" in refusal.value.message
    assert desk.members == []
