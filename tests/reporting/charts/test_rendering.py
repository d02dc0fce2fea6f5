"""Rendering starts an engine of its own, so few figures are rendered here, and all at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from bench.errors import FigureError
from bench.model.figure_data import FigureData
from bench.reporting.charts import rendering
from bench.reporting.charts.drawing import draw_figure
from bench.reporting.charts.look import FONT, PRINT

Draw = Callable[..., FigureData]
IN_ANOTHER_PROCESS = """
import hashlib, json, sys
from bench.reporting.charts.rendering import render
spec = json.load(sys.stdin)
for image in ("svg", "png", "pdf"):
    print(hashlib.sha256(render(spec, image)).hexdigest())
"""


@pytest.fixture
def spec(make_figure: Draw, make_run: Any) -> dict[str, Any]:
    return draw_figure(make_figure("lines"), [make_run().record], PRINT)


def test_the_same_figure_has_the_same_bytes_in_another_process(spec: dict[str, Any]) -> None:
    import json

    def digests() -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", IN_ANOTHER_PROCESS],
            input=json.dumps(spec), stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
        return done.stdout.split()

    first = digests()
    assert len(set(first)) == 3
    assert digests() == first


def test_text_is_set_in_the_bundled_font(spec: dict[str, Any]) -> None:
    svg = rendering.render(spec, "svg").decode()
    pdf = rendering.render(spec, "pdf")
    assert FONT in svg
    assert "What the lines shows." in svg  # for who can't see it
    assert b"SourceSansPro" in pdf.replace(b" ", b"")
    assert rendering.render(spec, "png").startswith(b"\x89PNG")


def test_a_missing_font_is_an_error_and_no_other_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rendering, "_FONT_PACKAGE", "no_such_font")
    with pytest.raises(FigureError, match=r"The font Source Sans Pro is missing") as raised:
        rendering.find_font_folder()
    assert "pip install no-such-font" in raised.value.hint
