"""Disturbances: what befell a trial by chance, so that it is worth measuring once more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bench.model.caution import CautionCode
from bench.model.trial import JudgedStep

_BY_CHANCE: Final = frozenset(
    {
        CautionCode.GENERATOR_LAG,
        CautionCode.GENERATOR_STARVED,
        CautionCode.NO_STEADY_STATE,
        CautionCode.CPU_STOLEN,
        CautionCode.SWAPPING,
    }
)
"""What others on the machine do to a step; all else would most likely be so again."""


def find_disturbances(steps: Sequence[JudgedStep]) -> tuple[CautionCode, ...]:
    """Return the doubts of those steps that are left out for nothing but a disturbance.

    Which trials are measured again must not depend on what was measured in them. So no number is
    looked at, only what would have left the step out anyway.
    """
    found: dict[CautionCode, None] = {}
    for step in steps:
        codes = {each.code: None for each in step.cautions if each.code.invalidates}
        if codes and codes.keys() <= _BY_CHANCE:
            found |= codes
    return tuple(found)
