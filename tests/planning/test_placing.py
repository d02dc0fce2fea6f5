from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.model.plan import Placement
from bench.planning.placing import place

cores = st.sets(st.integers(0, 255), min_size=1).map(sorted)


@pytest.mark.parametrize(
    ("usable", "target_cores", "expected"),
    [
        ([0], 1, Placement(target=(0,), generator=(0,), services=(0,), shared=True)),
        ([0, 1], 1, Placement(target=(0,), generator=(1,), services=(1,))),
        ([0, 1], 2, Placement(target=(0, 1), generator=(1,), services=(1,), shared=True)),
        ([0, 1, 2, 3], 1, Placement(target=(0,), generator=(1,), services=(2, 3))),
        ([0, 1, 2, 3], 3, Placement(target=(0, 1, 2), generator=(3,), services=(3,))),
        (
            range(16),
            4,
            Placement(target=(0, 1, 2, 3), generator=(4,), services=tuple(range(5, 16))),
        ),
    ],
)
def test_machines_of_every_size_get_a_placement(
    usable: list[int], target_cores: int, expected: Placement
) -> None:
    assert place(usable, target_cores, "auto") == expected


def test_only_usable_cores_are_used_whatever_their_numbers_and_order() -> None:
    assert place([7, 3, 5, 3], 1, "auto") == Placement(target=(3,), generator=(5,), services=(7,))


@pytest.mark.parametrize("usable", [[], [0, 1, 2, 3]])
def test_nothing_is_placed_where_pinning_is_off_or_impossible(usable: list[int]) -> None:
    assert place(usable, 1, "none") == Placement()
    assert place(usable, 1, "auto", can_pin=False) == Placement()


def test_nothing_is_placed_where_the_usable_cores_are_unknown() -> None:
    assert place([], 1, "auto") == Placement()


def test_a_target_without_a_core_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="one core at least"):
        place([0, 1], 0, "auto")


@given(usable=cores, target_cores=st.integers(1, 300))
def test_shared_says_exactly_whether_generator_and_target_meet(
    usable: list[int], target_cores: int
) -> None:
    placement = place(usable, target_cores, "auto")

    meet = bool(set(placement.target) & set(placement.generator))
    assert placement.shared is meet
    assert len(placement.target) == min(target_cores, len(usable))
    assert len(placement.generator) == 1


@given(usable=cores, target_cores=st.integers(1, 300))
def test_services_stay_off_the_targets_cores_unless_there_is_no_other(
    usable: list[int], target_cores: int
) -> None:
    placement = place(usable, target_cores, "auto")

    assert placement.services
    assert placement.shared or not set(placement.services) & set(placement.target)
