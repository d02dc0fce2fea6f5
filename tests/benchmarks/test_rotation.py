from __future__ import annotations

from collections import Counter

from benchmarks.rotation import rotate


def test_over_as_many_rounds_as_contenders_each_stands_once_in_every_place() -> None:
    names = ("flow", "task", "stock", "wrk")

    orders = [rotate(names, number) for number in range(4)]

    places = Counter((place, name) for order in orders for place, name in enumerate(order))
    assert set(places.values()) == {1}
    assert len(places) == 16


def test_nobody_has_no_order() -> None:
    assert rotate((), 3) == ()
