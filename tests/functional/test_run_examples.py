"""The examples of the guide to one's own service are measured as they stand."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.model.run import RunDocument

Bench = Callable[..., subprocess.CompletedProcess[str]]

EXAMPLES = Path(__file__).parents[2] / "docs" / "how-to" / "examples"


@pytest.mark.parametrize("name", ["nginx", "node"])
def test_an_example_is_measured(name: str, bench: Bench) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    options = ("--users", "1", "--duration", "1s", "--repeat", "1", "--json")
    done = bench("run", str(EXAMPLES / f"{name}.toml"), *options)
    assert done.returncode in (0, 3), done.stderr  # whether the generator kept up is not asked here
    assert "Traceback" not in done.stderr
    rows = RunDocument.model_validate_json(done.stdout).steps
    (row,) = [row for row in rows if row.name is None]
    assert row.requests > 0
    assert row.errors == {}
    assert row.rss_bytes is not None
