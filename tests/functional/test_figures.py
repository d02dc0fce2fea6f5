"""Figures, reports and comparisons of a stored run, which is measured once for all of them."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

EXPERIMENT = """
title = "Which is slower?"
ready = "/"
repetitions = 2
window = "1s"
[variants.quick]
baseline = true
app = "service:app"
server = { name = "uvicorn" }
env = { WAIT_S = "0.002" }
[variants.slow]
app = "service:app"
server = { name = "uvicorn" }
env = { WAIT_S = "0.008" }
[[flow]]
path = "/"
[load]
users = [2, 4]
bystander = { rate = 20, path = "/" }
"""
SERVICE = """
import asyncio, os
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    await asyncio.sleep(float(os.environ["WAIT_S"]))
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})
"""
SUITE = """
[figures.times]
kind = "lines"
title = "Response times"
alt = "Median over users."
experiment = "waiting"
quantities = "p50"

[figures.spectrum]
kind = "spectrum"
title = "Percentiles"
alt = "Response time over percentile."
experiment = "waiting"

[figures.seconds]
kind = "timeline"
title = "Second by second"
alt = "The bystander's longest response of each second."
experiment = "waiting"

[figures.elsewhere]
kind = "bars"
title = "T"
alt = "A"
experiment = "elsewhere"
quantity = "cpu"
"""

Bench = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("figures")
    (folder / "service.py").write_text(SERVICE)
    (folder / "waiting.toml").write_text(EXPERIMENT)
    (folder / "suite.toml").write_text(SUITE)
    return folder


@pytest.fixture(scope="module")
def bench(folder: Path) -> Bench:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", "-m", "bench", *arguments],
            cwd=folder,
            env=os.environ | {"BROWSER": "true"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def run(bench: Bench, folder: Path) -> Path:
    done = bench("run", "./waiting.toml", "--again", "4")  # others may use the machine
    (path,) = (folder / "results").iterdir()
    assert f"Report: results/{path.name}/report.html" in done.stderr
    return path


def test_a_run_ends_with_a_report_that_needs_nothing_else(run: Path) -> None:
    report = (run / "report.html").read_text()
    for told in ("Which is slower?", "Answers", "slow", "vegaEmbed", "How to repeat it",
                 "Second by second", "Response time by percentile"):  # fmt: skip
        assert told in report


def test_standard_figures_are_drawn_the_same_each_time(
    bench: Bench, run: Path, tmp_path: Path
) -> None:
    for name in ("first", "second"):
        names = "waiting-throughput,waiting-ratios,waiting-spectrum"
        done = bench("figures", "latest", "--only", names, "--output", str(tmp_path / name))
        assert done.returncode == 0, done.stderr

    files = sorted(path.name for path in (tmp_path / "first").iterdir())
    assert {"waiting-throughput.svg", "waiting-ratios.pdf", "waiting-spectrum.png"} <= set(files)
    for name in files:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_a_suite_says_what_is_drawn_and_what_cannot_be_is_told(bench: Bench, run: Path) -> None:
    done = bench("figures", "latest", "--suite", "suite.toml", "--format", "csv", "--each")
    assert done.returncode == 0, done.stderr

    with (run / "figures" / "times.csv").open() as file:
        rows = list(csv.DictReader(file))
    told = json.loads(bench("report", "latest", "--format", "json").stdout)["steps"]
    valid = Counter(
        (step["variant"], str(step["load"]["users"]))
        for step in told
        if step["valid"] and step["name"] is None
    )
    assert {(row["variant"], row["load.users"]): int(row["n"]) for row in rows} == valid
    assert {variant for variant, _ in valid} == {"quick", "slow"}
    assert all(float(row["value"]) > 0.007 for row in rows if row["variant"] == "slow")
    for name in ("spectrum", "seconds", "waiting-memory"):
        assert len((run / "figures" / f"{name}.csv").read_text().splitlines()) > 2
    assert "elsewhere: not drawn, no run has elsewhere" in done.stderr
    only = bench("figures", "latest", "--suite", "suite.toml", "--only", "elsewhere,times",
                 "--format", "svg", "--theme", "dark")  # fmt: skip
    assert "elsewhere: not drawn, no run has elsewhere" in only.stderr
    assert "#ececec" in (run / "figures" / "times.svg").read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--only", "nothing"), 2, "There is no figure named 'nothing'"),
        (("--format", "gif"), 2, "'gif' is no format"),
        (("--suite", "suite.toml", "--only", "elsewhere"), 3, "There is nothing to draw"),
        (("--suite", "wrong.toml"), 2, "it shows 'fast'"),
    ],
)
def test_what_cannot_be_drawn_ends_with_its_code(
    bench: Bench, run: Path, folder: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    wrong = SUITE.replace('quantities = "p50"', 'quantities = "p50"\nvariants = "fast"')
    (folder / "wrong.toml").write_text(wrong)
    done = bench("figures", "latest", *arguments)
    assert done.returncode == code, done.stderr
    assert said in done.stderr


def test_the_report_goes_where_it_is_told_and_opens(bench: Bench, run: Path, folder: Path) -> None:
    done = bench("report", "latest", "--format", "html", "--output", "mine.html")
    assert done.stdout == "mine.html\n"
    assert "<!doctype html>" in (folder / "mine.html").read_text()
    opened = bench("open", "latest")
    assert opened.returncode == 0
    assert opened.stdout == f"results/{run.name}/report.html\n"
    assert opened.stderr == ""


def test_two_variants_are_compared_whichever_is_the_baseline(bench: Bench, run: Path) -> None:
    done = bench("compare", "latest", "--variants", "slow,quick", "--format", "json")
    found = json.loads(done.stdout)["comparisons"]
    of_p50 = [each for each in found if each["quantity"] == "p50_s"]
    assert len(of_p50) == 2
    assert all(each["ratio"] < 0.5 for each in of_p50)
    assert {(each["baseline"], each["candidate"]) for each in found} == {("slow", "quick")}


@pytest.mark.parametrize("output", ["terminal", "html"])
def test_a_run_is_compared_with_another(bench: Bench, run: Path, output: str) -> None:
    done = bench("compare", "latest", str(run), "--format", output)
    assert done.returncode == 0, done.stderr
    assert "quick" in done.stdout
    if output == "html":
        assert "were measured at different times" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Give a second run, or two variants"),
        (("--variants", "quick"), "--variants takes two"),
        (("--variants", "quick,none"), "has measured both quick and none"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    bench: Bench, run: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = bench("compare", "latest", *arguments)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())


def test_runs_of_two_machines_are_never_mixed(bench: Bench, run: Path, folder: Path) -> None:
    other = folder / "elsewhere"
    other.mkdir()
    record = json.loads((run / "run.json").read_text())
    record["environment"]["fingerprint"] = "another"
    (other / "run.json").write_text(json.dumps(record))
    done = bench("compare", "latest", str(other))
    assert done.returncode == 3
    assert "different machines" in done.stderr
