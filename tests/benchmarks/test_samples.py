from __future__ import annotations

import json

from benchmarks.samples import read_profile

WRITTEN = json.dumps(
    {
        "lines": [
            ["/x/bench/load/wire.py", "Wire.send", 7, 6],
            ["/x/bench/load/wire.py", "Wire.send", 9, 1],
            ["/x/bench/load/machine.py", "Machine.go", 3, 3],
        ],
        "callers": [
            ["/x/bench/load/machine.py", "Machine.go", 10],
            ["/x/bench/load/wire.py", "Wire.send", 7],
        ],
    }
)


def test_lines_add_up_to_functions_and_callers_have_what_they_call() -> None:
    profile = read_profile(WRITTEN)

    assert profile.samples == 10
    assert profile.functions == (
        ("bench/load/wire.py Wire.send", 0.7),
        ("bench/load/machine.py Machine.go", 0.3),
    )
    assert profile.lines[0] == ("bench/load/wire.py:7 Wire.send", 0.6)
    assert profile.cumulative[0] == ("bench/load/machine.py Machine.go", 1.0)


def test_no_samples_are_an_empty_profile() -> None:
    assert read_profile('{"lines": [], "callers": []}').functions == ()
