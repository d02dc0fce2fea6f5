"""Reports of runs as large as a test wants, opened in Debian's chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from bench.analysis.documenting import document_run
from bench.cli.html_report import build_html_report
from bench.model.caution import CautionCode
from bench.model.load_level import Users
from bench.model.run import StoredRun

AXE: Final = "axe-core@4.10.3"
LEVELS: Final = (1, 20, 200)
SPEEDS: Final = {"blocking-client": 10.0, "async-client": 900.0, "threads": 380.0}

Build = Callable[..., Any]


@pytest.fixture
def make_whole_run(
    make_run: Build,
    make_plan: Build,
    make_planned: Build,
    make_experiment: Build,
    make_judged: Build,
    make_trial: Build,
    make_step: Build,
) -> Callable[..., StoredRun]:
    """Build a run of experiments whose variants differ, with some doubts."""

    def make(experiments: int = 2, repetitions: int = 3, title: str = "Which client?") -> StoredRun:
        variants = {
            name: {"command": ["serve"], "baseline": name == "blocking-client"} for name in SPEEDS
        }
        plans, planned, trials = [], [], []
        for number in range(experiments):
            name = f"experiment-{number}"
            plans.append(
                make_experiment(
                    name,
                    title=title,
                    variants=variants,
                    load={"users": list(LEVELS)},
                )
            )
            for repetition in range(repetitions):
                for variant, speed in SPEEDS.items():
                    trial = len(trials) + 1
                    about = {"experiment": name, "variant": variant, "repetition": repetition}
                    steps = tuple(
                        _step(make_judged, make_step, trial, about, users, speed, index)
                        for index, users in enumerate(LEVELS)
                    )
                    planned.append(make_planned(trial, **about))
                    trials.append(make_trial(trial, steps=steps, **about))
        plan = make_plan(experiments=tuple(plans), trials=tuple(planned))
        run: StoredRun = make_run(plan=plan, trials=tuple(trials), argv=("run", "--seed", "1"))
        return run

    return make


def _step(
    make_judged: Build, make_step: Build, trial: int, about: dict[str, Any], users: int,
    speed: float, index: int,
) -> Any:  # fmt: skip
    throughput = min(users * 10.0, speed) * (1 + 0.01 * (trial % 5))
    row = make_step(
        trial=trial,
        load=Users(users=users),
        throughput_per_s=throughput,
        p50_s=users / throughput,
        p99_s=1.3 * users / throughput,
        cpu_s_per_request=0.0004 + trial * 1e-6,
        pss_bytes=40_000_000 + users * 1000,
        rss_bytes=50_000_000,
        **about,
    )
    doubts = ((CautionCode.LITTLES_LAW, "it was counted wrong"),) if users == 20 else ()
    return make_judged(index=index, users=users, rows=(row,), doubts=doubts)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the system's chromium; without one the tests are skipped."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=found, args=sandbox)
        yield browser
        browser.close()


@dataclass
class Opened:
    """A report in the browser, and what it did that it should not."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def asked(self, request: Request) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            self.requests.append(request.url)

    def drawn(self) -> None:
        """Wait until the first chart is drawn, which it is once it comes into view."""
        self.page.locator(".chart").first.scroll_into_view_if_needed()
        self.page.locator(".chart[data-drawn] svg").first.wait_for()


@pytest.fixture
def open_report(
    browser: Browser, tmp_path: Path, make_whole_run: Callable[..., StoredRun]
) -> Iterator[Callable[..., Opened]]:
    """Return what writes the report of a run and opens it from the disk."""
    contexts = []

    def opened(*, width: int = 1280, scheme: str = "light", **run: Any) -> Opened:
        stored = make_whole_run(**run)
        path = tmp_path / "report.html"
        path.write_text(build_html_report(stored, document_run(stored)))
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
        )
        contexts.append(context)
        seen = Opened(context.new_page())
        seen.page.on("console", seen.note)
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("request", seen.asked)
        seen.page.on("dialog", lambda dialog: seen.complaints.append(dialog.message))
        seen.page.goto(path.as_uri())
        return seen

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Fetch axe-core by npm; without it the test of accessibility is skipped."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("axe")
    done = subprocess.run(
        [npm, "pack", "--silent", AXE], cwd=folder, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"npm could not fetch {AXE}")
    with tarfile.open(folder / done.stdout.strip().splitlines()[-1]) as archive:
        file = archive.extractfile("package/axe.min.js")
        assert file is not None
        return file.read().decode()
