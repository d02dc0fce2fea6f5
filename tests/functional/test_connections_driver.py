"""The driver that holds connections goes on where nobody answers it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

Bench = Callable[..., subprocess.CompletedProcess[str]]


def test_beyond_a_pool_of_threads_connections_are_held_and_nobody_answers(bench: Bench) -> None:
    done = bench(
        *("run", "connections-in-flight", "--variants", "gthread", "--users", "1,60"),
        *("--duration", "2s", "--repeat", "1", "--json"),
    )
    assert done.returncode == 0, done.stderr
    (step,) = [
        step
        for step in json.loads(done.stdout)["steps"]
        if step["name"] is None and step["variant"] == "gthread" and step["load"]["users"] == 60
    ]
    assert "nothing-measured" in step["cautions"]
    assert step["observations"]["connections"]["max"] == 60
    assert 40 <= step["threads"] < 50
