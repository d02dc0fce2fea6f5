"""What can be chosen for a benchmark on its command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a benchmark is run; every benchmark has defaults of its own."""

    rounds: int = 5
    window_s: float = 5.0
    warm_up_s: float = 2.0
    users: int = 64
    period_s: float | None = None
    """Each user sends one request in each period; None: as soon as it was answered."""

    def with_given(self, given: argparse.Namespace) -> Self:
        """Return these options with those of the command line in their place."""
        names = {field.name for field in fields(self)}
        return replace(
            self,
            **{name: value for name, value in vars(given).items() if name in names and value},
        )


def add_options(parser: argparse.ArgumentParser, *, paced: bool = False) -> None:
    """Declare the options that every benchmark has.

    Args:
        parser: to which they are added.
        paced: whether users have a period.
    """
    parser.add_argument("--rounds", type=_number(int), help="each contender runs once in each")
    parser.add_argument("--window", type=_number(float), dest="window_s", metavar="SECONDS")
    parser.add_argument("--warm-up", type=_number(float), dest="warm_up_s", metavar="SECONDS")
    parser.add_argument("--check", action="store_true", help="exit with 1 if an ask isn't reached")
    if paced:
        parser.add_argument("--period", type=_number(float), dest="period_s", metavar="SECONDS")


def _number(kind: Callable[[str], float]) -> Callable[[str], float]:
    def above_zero(text: str) -> float:
        value = kind(text)
        if not 0 < value < float("inf"):
            raise argparse.ArgumentTypeError(f"{text} is not above 0")
        return value

    above_zero.__name__ = "number"  # argparse names it in its message
    return above_zero
