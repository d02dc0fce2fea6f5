"""What a calibration runs: the null target as a variant, and the scenario of the Python tasks."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bench.model.variant import Variant

NULL_TARGET: Final = Variant(
    command=(
        "{python}",
        "-P",
        "-m",
        "bench.execution.calibration.null_target",
        *("--host", "{host}", "--port", "{port}"),
    ),
    ready="/",
)

TASK_SCENARIO: Final = Path(__file__).parents[2].resolve() / "load/calibration/python_task.py"
"""Runs inside the generator; to us it is a file among others."""

PATH_VARIABLE: Final = "CALIBRATION_PATH"
"""Tells that scenario which path to request."""
