"""Read what the command line puts in place of what files say of a gate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, get_args

import typer

from bench.model.gate_settings import GatedQuantity
from bench.units import parse_ratio

MOST_EFFECT: Final = 10.0
"""As in the `[gate]` table."""


def read_quantities(text: str) -> tuple[GatedQuantity, ...]:
    """Read names with commas between.

    Raises:
        BadParameter: one is none of a quantity that can be gated, or there is none at all.
    """
    named = tuple(_quantity(name.strip()) for name in text.split(",") if name.strip())
    if not named:
        raise typer.BadParameter("--quantities names none: leave it out, or name some")
    return named


def read_effects(given: Sequence[str]) -> dict[GatedQuantity, float]:
    """Read `3%`, which is of all quantities, and `cpu=3%`, which goes before it.

    Raises:
        BadParameter: one is no effect.
    """
    effects: dict[GatedQuantity, float] = {}
    for text in sorted(given, key=lambda each: "=" in each):
        name, _, bound = text.rpartition("=")
        try:
            ratio = parse_ratio(bound)
        except ValueError as error:
            raise typer.BadParameter(f"--min-effect: {error}") from None
        if not 0 < ratio <= MOST_EFFECT:
            raise typer.BadParameter(f"--min-effect is above 0 and at most 1000%, not {text}")
        names = (_quantity(name.strip()),) if name else get_args(GatedQuantity)
        effects |= dict.fromkeys(names, ratio)
    return effects


def _quantity(name: str) -> GatedQuantity:
    known: tuple[GatedQuantity, ...] = get_args(GatedQuantity)
    for each in known:
        if each == name:
            return each
    raise typer.BadParameter(f"{name!r} can't be gated; these can: {', '.join(known)}")
