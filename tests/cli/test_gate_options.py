"""What `bench gate` refuses before it looks at anything: usage errors, and never a verdict."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest
import typer

from bench.cli.gating.wishing import read_effects, read_quantities

Bench = Callable[..., subprocess.CompletedProcess[str]]


def test_quantities_areread_one_by_one() -> None:
    assert read_quantities("throughput, cpu,,p95") == ("throughput", "cpu", "p95")


@pytest.mark.parametrize("text", ["speed", "cpu,speed", "CPU"])
def test_a_quantity_that_there_is_not_is_refused_with_those_there_are(text: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"can't be gated; these can: throughput, cpu"):
        read_quantities(text)


@pytest.mark.parametrize("text", ["", " , "])
def test_no_quantity_at_all_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="--quantities names none"):
        read_quantities(text)


def test_an_effect_without_a_name_is_of_all_quantities() -> None:
    effects = read_effects(["2%"])
    assert effects["cpu"] == effects["p99"] == pytest.approx(0.02)


def test_an_effect_of_one_quantity_goes_before_that_of_all_in_any_order() -> None:
    for given in (["cpu=0.1", "2%"], ["2%", "cpu=0.1"]):
        effects = read_effects(given)
        assert effects["cpu"] == pytest.approx(0.1)
        assert effects["memory"] == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("many", "is no ratio"),
        ("cpu=many", "is no ratio"),
        ("cpu=", "is no ratio"),
        ("", "is no ratio"),
        ("0%", "is above 0"),
        ("-3%", "is above 0"),
        ("cpu=-0.1", "is above 0"),
        ("2000%", "at most 1000%"),
        ("speed=3%", "can't be gated"),
    ],
)
def test_an_effect_that_can_not_be_is_refused(text: str, said: str) -> None:
    with pytest.raises(typer.BadParameter, match=said):
        read_effects([text])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--self-check", "--against", "main"], "are different gates"),
        (["--self-check", "--baseline", "latest"], "are different gates"),
        (["--baseline", "latest", "--against", "main"], "are different gates"),
        (["--quantities", "speed"], "can't be gated"),
        (["--min-effect", "0"], "is above 0"),
        (["--budget", "soon"], "is no duration"),
        (["--budget", "0s"], "budget"),
        (["--format", "xml"], "xml"),
        (["nothing.toml"], "There is no"),
        ([], "bench.toml"),
    ],
)
def test_what_can_not_be_is_a_usage_error(bench: Bench, arguments: list[str], said: str) -> None:
    done = bench("gate", *arguments)
    assert done.returncode == 2, done.stderr
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert done.stdout == ""
