"""Types of options that several commands share, read from text at the border."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from bench.units import parse_duration_s

MASTER_PORT: Final = 5557
"""The port that Locust's masters have listened on since long."""

_ADDRESS: Final = re.compile(
    r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[^\s:/\[\]]+))(?::(?P<port>\d{1,5}))?"
)


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


@dataclass(frozen=True)
class HostAndPort:
    """An address as it was typed: `10.0.0.1:5557`, `[::1]:5557`, `host`."""

    host: str
    port: int


def host_and_port(text: str) -> HostAndPort:
    """Read an address; without a port it has that of masters.

    Raises:
        typer.BadParameter: it is none.
    """
    match = _ADDRESS.fullmatch(text)
    port = int(match["port"] or MASTER_PORT) if match else 0
    if match is None or not 0 < port < 65536:
        raise typer.BadParameter(f"{text!r} is no HOST:PORT such as 10.0.0.1:{MASTER_PORT}")
    return HostAndPort(match["six"] or match["host"], port)


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


def seconds(text: str) -> float:
    """Read a duration such as `6s`.

    Raises:
        typer.BadParameter: it is none.
    """
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
        parser=seconds,
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
DuetOption = Annotated[
    bool | None,
    typer.Option(
        "--duet/--no-duet",
        help="Load the baseline and one other variant at the same time, on the same core; "
        "default: where the experiment says so.",
    ),
]
RepeatOption = Annotated[
    int | None,
    typer.Option("--repeat", min=1, max=1000, help="Repetitions: trials of each variant."),
]
AgainOption = Annotated[
    int | None,
    typer.Option(
        "--again",
        min=0,
        max=10,
        metavar="N",
        help="Measure a trial anew, N times at most, where something disturbed it.",
    ),
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
AllowRemoteOption = Annotated[
    bool,
    typer.Option("--allow-remote", help="Load hosts that are not this machine: only your own."),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=1,
        max=256,
        help="Generate the load from this many processes here, under one master.",
    ),
]
RemoteWorkersOption = Annotated[
    int | None,
    typer.Option(
        "--remote-workers",
        min=1,
        max=256,
        help="Wait for this many workers that are started elsewhere with `bench worker`.",
    ),
]
BindOption = Annotated[
    HostAndPort | None,
    typer.Option(
        "--bind",
        metavar="HOST[:PORT]",
        parser=host_and_port,
        help=f"Where remote workers find the master; default: 127.0.0.1:{MASTER_PORT}.",
    ),
]
ResultsOption = Annotated[
    Path, typer.Option("--results", metavar="DIR", help="The folder that holds the runs.")
]
RunArgument = Annotated[
    str, typer.Argument(metavar="RUN", help="A run's folder, its id, or `latest`.")
]
