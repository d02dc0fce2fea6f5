"""How long a report takes: written by `bench report`, and opened in chromium.

`python -m benchmarks.reports RUN` multiplies a stored run until it has 1,000 and 10,000 trials,
and reports on each.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

from bench.model.experiment import Experiment
from bench.model.plan import PlannedTrial
from bench.model.run import StoredRun
from bench.model.trial import JudgedStep, MeasuredTrial, TrialRecord
from bench.storage.reading_runs import read_run
from bench.storage.run_folder import RunFolder

SIZES: Final = (1_000, 10_000)
OPENED: Final = 5
_CHART: Final = ".chart"
_DRAWN: Final = ".chart[data-drawn] svg"


def multiply(run: StoredRun, trials: int, results: Path) -> Path:
    """Write a run that has the trials of another many times, each time as other experiments."""
    copies = -(-trials // len(run.trials))
    pairs = [pair for copy in range(copies) for pair in _copy(run, copy)][:trials]
    names = {planned.experiment for planned, _ in pairs}
    plan = run.record.plan.model_copy(
        update={
            "experiments": tuple(
                each for copy in range(copies) for each in _rename(run, copy) if each.name in names
            ),
            "trials": tuple(planned for planned, _ in pairs),
        }
    )
    record = run.record.model_copy(update={"plan": plan, "run_id": f"{trials}-trials"})
    folder = RunFolder.create(results, record)
    for planned, trial in pairs:
        path = folder.trial_path(planned.folder_name)
        path.mkdir()
        (path / "trial.json").write_text(trial.model_dump_json())
    folder.release()
    return folder.path


def _rename(run: StoredRun, copy: int) -> Iterator[Experiment]:
    for experiment in run.record.plan.experiments:
        yield experiment.model_copy(update={"name": f"{experiment.name}-{copy}"})


def _copy(run: StoredRun, copy: int) -> Iterator[tuple[PlannedTrial, TrialRecord]]:
    planned = {trial.number: trial for trial in run.record.plan.trials}
    for place, record in enumerate(run.trials):
        number = copy * len(run.trials) + place + 1
        changes = {"number": number, "experiment": f"{record.trial.experiment}-{copy}"}
        trial: MeasuredTrial = record.trial.model_copy(update=changes)
        steps = tuple(_move(step, number, trial.experiment) for step in record.steps)
        yield (
            planned[record.trial.number].model_copy(update=changes),
            record.model_copy(update={"trial": trial, "steps": steps}),
        )


def _move(step: JudgedStep, number: int, experiment: str) -> JudgedStep:
    changes = {"trial": number, "experiment": experiment}
    return step.model_copy(
        update={"rows": tuple(row.model_copy(update=changes) for row in step.rows)}
    )


def write(path: Path) -> tuple[float, int]:
    """Have the report written; return the seconds that took, and its size."""
    began_s = time.monotonic()
    command = [sys.executable, "-m", "bench", "report", str(path), "--format", "html"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began_s, (path / "report.html").stat().st_size


def open_times_s(report: Path) -> list[float]:
    """Open a report a few times in a fresh page, and go to its first chart.

    Returns:
        The seconds until that was drawn. Charts are drawn once they come into view.
    """
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium")
    if found is None:
        return []
    sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
    times_s = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=sandbox)
        for _ in range(OPENED):
            page = browser.new_page()
            began_s = time.monotonic()
            page.goto(report.as_uri())
            page.locator(_CHART).first.scroll_into_view_if_needed()
            page.locator(_DRAWN).first.wait_for(timeout=120_000)
            times_s.append(time.monotonic() - began_s)
            page.close()
        browser.close()
    return times_s


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    given = parser.parse_args()
    run = read_run(given.run)
    for trials in SIZES:
        with tempfile.TemporaryDirectory(prefix="pairbench-reports-") as folder:
            path = multiply(run, trials, Path(folder))
            written_s, size = write(path)
            opened_s = open_times_s(path / "report.html")
            opened = f"{median(opened_s):.2f} s (median of {OPENED})" if opened_s else "-"
            print(
                f"{trials} trials: written in {written_s:.1f} s, {size / 1e6:.2f} MB, "
                f"first chart after {opened}",
                flush=True,
            )


if __name__ == "__main__":
    main()
