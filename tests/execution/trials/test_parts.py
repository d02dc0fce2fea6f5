from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from bench.errors import GeneratorError, TargetStartError
from bench.execution.targets.ports import LOOPBACK
from bench.execution.trials.parts import naming_arm, share_out
from bench.model.arm import ARMS, Arm
from bench.model.plan import PlannedTrial

FOLDER = Path("/run/trials/001-waiting-duet")


def plan_trial(**changes: Any) -> PlannedTrial:
    fields: dict[str, Any] = {
        "number": 1,
        "experiment": "waiting",
        "variant": "loop",
        "stratum": {},
        "repetition": 0,
        "seed": 7,
        "steps": (),
    }
    return PlannedTrial(**fields | changes)


def plan_duet(**changes: Any) -> PlannedTrial:
    return plan_trial(**{"mode": "duet", "baseline": "threads"} | changes)


def test_a_lone_target_takes_the_whole_trial() -> None:
    (part,) = share_out(plan_trial(), FOLDER)
    assert (part.arm, part.folder, part.variant, part.label) == (None, FOLDER, "loop", "loop")
    assert part.choosing_port()() == part.port > 0


def test_the_arms_of_a_duet_have_variants_folders_and_names_of_their_own() -> None:
    parts = share_out(plan_duet(), FOLDER)
    assert [part.arm for part in parts] == ["baseline", "candidate"]
    assert [part.variant for part in parts] == ["threads", "loop"]
    assert [part.label for part in parts] == ["threads (baseline)", "loop (candidate)"]
    assert [part.folder for part in parts] == [FOLDER / "base", FOLDER / "cand"]


def test_two_versions_of_one_variant_are_told_apart_by_their_arm() -> None:
    parts = share_out(plan_duet(baseline="loop"), FOLDER)
    assert [part.label for part in parts] == ["loop (baseline)", "loop (candidate)"]


@pytest.mark.parametrize("first", ARMS)
def test_the_arm_that_starts_first_has_the_lower_port(first: Arm) -> None:
    parts = share_out(plan_duet(starts_first=first), FOLDER)
    ports = {part.arm: part.port for part in parts}
    (other,) = set(ARMS) - {first}
    assert ports[first] < ports[other]


def test_who_found_its_port_taken_gets_another() -> None:
    (part, _) = share_out(plan_duet(), FOLDER)
    choose = part.choosing_port()
    with socket.create_server((LOOPBACK, choose())):
        assert choose() not in {0, part.port}


@pytest.mark.parametrize("arm", [None, *ARMS])
def test_errors_of_a_target_name_its_arm(arm: Arm | None) -> None:
    with pytest.raises(TargetStartError) as caught, naming_arm(arm):
        raise TargetStartError("it did not start")
    assert caught.value.arm == arm


def test_an_arm_that_was_named_already_stays() -> None:
    with pytest.raises(TargetStartError) as caught, naming_arm("baseline"), naming_arm("candidate"):
        raise TargetStartError("it did not start")
    assert caught.value.arm == "candidate"


def test_what_is_no_targets_fault_names_no_arm() -> None:
    with pytest.raises(GeneratorError) as caught, naming_arm("candidate"):
        raise GeneratorError("the driver was lost")
    assert not hasattr(caught.value, "arm")
