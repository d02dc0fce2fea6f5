"""Types of options that several commands share, read from text at the border."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bench.units import parse_duration_s


class Preset(StrEnum):
    """How much is measured."""

    SMOKE = "smoke"
    QUICK = "quick"
    ARTICLE = "article"


class Pin(StrEnum):
    """Whether processes are bound to cores."""

    AUTO = "auto"
    NONE = "none"


@dataclass(frozen=True)
class Ladder:
    """Load levels as they were typed: `10,50,200`."""

    levels: tuple[float, ...]


@dataclass(frozen=True)
class VariantNames:
    """Names of variants as they were typed: `a,b`."""

    names: tuple[str, ...]


def _ladder(text: str) -> Ladder:
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if not numbers or any(not 0 < number < float("inf") for number in numbers):
        raise typer.BadParameter(f"{text!r} is no list of positive numbers such as 10,50,200")
    return Ladder(numbers)


def _ladder_of_users(text: str) -> Ladder:
    ladder = _ladder(text)
    if any(number != int(number) for number in ladder.levels):
        raise typer.BadParameter(f"{text!r} is no list of whole numbers such as 10,50,200")
    return ladder


def _seconds(text: str) -> float:
    try:
        return parse_duration_s(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _variant_names(text: str) -> VariantNames:
    return VariantNames(tuple(name.strip() for name in text.split(",") if name.strip()))


Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME|SET|FILE.toml]...",
        help="Experiments by name, sets of them, or files; default: the core set.",
        show_default=False,
    ),
]
UsersOption = Annotated[
    Ladder | None,
    typer.Option(
        "--users",
        metavar="N,N,...",
        parser=_ladder_of_users,
        help="Closed model: the user counts of the ladder, in place of the experiment's.",
    ),
]
RateOption = Annotated[
    Ladder | None,
    typer.Option(
        "--rate",
        metavar="R,R,...",
        parser=_ladder,
        help="Open model: the requests per second of the ladder, in place of the experiment's.",
    ),
]
DurationOption = Annotated[
    float | None,
    typer.Option(
        "--duration",
        metavar="6s",
        parser=_seconds,
        help="Length of the window that is analysed at each load level.",
    ),
]
VariantsOption = Annotated[
    VariantNames | None,
    typer.Option(
        "--variants",
        metavar="NAME,...",
        parser=_variant_names,
        help="Only these variants, and the baseline.",
    ),
]
RepeatOption = Annotated[
    int | None,
    typer.Option("--repeat", min=1, max=1000, help="Repetitions: trials of each variant."),
]
SeedOption = Annotated[
    int | None,
    typer.Option(
        "--seed",
        min=0,
        max=2**32 - 1,
        help="Of order, requests and arrivals; default: drawn, and recorded.",
    ),
]
PinOption = Annotated[
    Pin | None,
    typer.Option("--pin", help="Bind target and generator to cores of their own; default: auto."),
]
PresetOption = Annotated[
    Preset | None,
    typer.Option(
        "--preset",
        help="How much is measured; default: what the experiment says, and quick for the core set.",
    ),
]
ResultsOption = Annotated[
    Path, typer.Option("--results", metavar="DIR", help="The folder that holds the runs.")
]
RunArgument = Annotated[
    str, typer.Argument(metavar="RUN", help="A run's folder, its id, or `latest`.")
]
