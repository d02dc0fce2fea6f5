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
from bench.model.run import StoredRun

AXE: Final = "axe-core@4.10.3"
Build = Callable[..., Any]


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
