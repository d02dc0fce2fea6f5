from __future__ import annotations

import doctest
from pathlib import Path

import pytest

import bench.execution.machine.needs
from bench.execution.machine.environment import read_environment
from bench.execution.machine.needs import find_unmet, may_trace
from bench.model.environment import Environment
from bench.model.needs import Needs


@pytest.fixture(scope="module")
def here() -> Environment:
    return read_environment().model_copy(update={"usable_cores": (0, 1), "cores": 8})


def allow(root: Path, *, capabilities: str, scope: str | None) -> Path:
    status = root / "proc/self/status"
    status.parent.mkdir(parents=True)
    status.write_text(f"Name:\tx\nCapEff:\t{capabilities}\n")
    if scope is not None:
        yama = root / "proc/sys/kernel/yama/ptrace_scope"
        yama.parent.mkdir(parents=True)
        yama.write_text(f"{scope}\n")
    return root


def test_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(bench.execution.machine.needs).failed == 0


def test_who_needs_nothing_lacks_nothing(here: Environment) -> None:
    assert find_unmet(Needs(), here) == ()


def test_cores_are_those_that_can_be_used(here: Environment) -> None:
    assert find_unmet(Needs(cores=2), here) == ()
    assert find_unmet(Needs(cores=3), here) == ("it needs 3 cores, and 2 can be used here",)


def test_an_interpreter_may_be_too_old(here: Environment) -> None:
    assert find_unmet(Needs(python="3.11"), here) == ()
    (because,) = find_unmet(Needs(python="9.9"), here)
    assert because.startswith("it needs Python 9.9 or newer, and this is 3.")


def test_a_command_may_be_missing(here: Environment) -> None:
    assert find_unmet(Needs(commands=("sh",)), here) == ()
    assert find_unmet(Needs(commands=("no-such-thing",)), here) == (
        "it needs no-such-thing, which is not on the PATH",
    )


@pytest.mark.parametrize(
    ("capabilities", "scope", "allowed"),
    [
        ("0000000000080000", "3", True),
        ("0000000000000000", "0", True),
        ("0000000000000000", None, True),
        ("0000000000000000", "1", False),
        ("0000000000100000", "1", False),  # another capability
    ],
)
def test_looking_into_others_takes_the_capability_or_a_kernel_that_does_not_mind(
    tmp_path: Path, here: Environment, capabilities: str, scope: str | None, allowed: bool
) -> None:
    root = allow(tmp_path, capabilities=capabilities, scope=scope)

    assert may_trace(root) is allowed
    assert bool(find_unmet(Needs(ptrace=True), here, root)) is not allowed
