from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bench.model.caution import CautionCode
from bench.reporting.caution_legend import EXPLANATIONS, build_caution_legend

Build = Callable[..., Any]


@pytest.mark.parametrize("code", CautionCode)
def test_every_caution_is_explained_in_sentences(code: CautionCode) -> None:
    explanation = EXPLANATIONS[code]
    assert explanation.means.endswith(".")
    assert explanation.do.endswith(".")


def test_nothing_is_explained_that_has_no_caution() -> None:
    assert set(EXPLANATIONS) == set(CautionCode)


def test_only_the_cautions_that_occur_are_in_the_legend(make_row: Build) -> None:
    both = (CautionCode.ERRORS, CautionCode.UNPINNED)
    legend = build_caution_legend([make_row(cautions=both), make_row(cautions=both[1:])])
    assert legend is not None
    assert [row.cells[:3] for row in legend.rows] == [
        ("errors", "1 line", "yes"),
        ("unpinned", "2 lines", "no"),
    ]


def test_without_cautions_there_is_no_legend(make_row: Build) -> None:
    assert build_caution_legend([make_row()]) is None
