from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.ground import ROOT, without_paths
from benchmarks.options import Options


def test_a_published_command_names_no_path_of_the_machine() -> None:
    argv = (
        sys.executable,
        "-m",
        "x",
        "/tmp/run/a.json",
        f"{ROOT}/y.py",
        "/opt/bin/wrk",
        "http://h/",
    )

    assert without_paths(argv, Path("/tmp/run")) == (
        *("python", "-m", "x", "FOLDER/a.json", "./y.py", "wrk", "http://h/"),
    )


def test_each_benchmark_says_how_long_it_takes() -> None:
    assert set(BENCHMARKS) == {"generators", "ten_thousand_users", "against_wrk"}
    generators = BENCHMARKS["generators"]
    assert generators.expected_s(Options(rounds=5)) > 4 * 5 * (2 + 5)


def test_an_unknown_name_is_a_usage_error_that_names_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ending:
        main(["genrators"])

    assert ending.value.code == 2
    assert "no benchmark is named genrators; there are generators" in capsys.readouterr().err


@pytest.mark.parametrize("rounds", ["0", "-1", "many"])
def test_rounds_are_a_number_above_zero(rounds: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        main(["--rounds", rounds])

    assert ending.value.code == 2
    assert "--rounds" in capsys.readouterr().err
