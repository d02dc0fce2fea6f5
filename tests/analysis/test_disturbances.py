from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from bench.analysis.disturbances import find_disturbances
from bench.model.caution import Caution, CautionCode
from bench.model.trial import JudgedStep

Code = CautionCode


def judge(build: Any, *of_each_step: Sequence[CautionCode]) -> list[JudgedStep]:
    (step,) = build.record("sync", 0).steps
    return [
        step.model_copy(
            update={"cautions": tuple(Caution(code=code, detail="so much") for code in codes)}
        )
        for codes in of_each_step
    ]


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ([[]], ()),
        ([[Code.SHARED_CORES]], ()),
        ([[Code.NO_STEADY_STATE]], (Code.NO_STEADY_STATE,)),
        ([[Code.NO_STEADY_STATE, Code.SHARED_CORES]], (Code.NO_STEADY_STATE,)),
        ([[Code.CPU_STOLEN, Code.ERRORS]], ()),
        ([[Code.LEVEL_SKIPPED]], ()),
        ([[Code.ERRORS], [Code.CPU_STOLEN]], (Code.CPU_STOLEN,)),
        (
            [[Code.SWAPPING], [], [Code.SWAPPING, Code.GENERATOR_LAG]],
            (Code.SWAPPING, Code.GENERATOR_LAG),
        ),
    ],
)
def test_a_step_counts_that_is_left_out_for_nothing_but_a_disturbance(
    build: Any, steps: list[list[CautionCode]], found: tuple[CautionCode, ...]
) -> None:
    assert find_disturbances(judge(build, *steps)) == found
