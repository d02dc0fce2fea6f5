"""A repository made in the test, with two versions of a small FastAPI service, and gates of it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from bench.model.gate import GateReport

_PATIENCE_S = 240.0
_MEASURED_ANEW = 2
_DISTURBED = ("generator-lag", "generator-starved", "cpu-stolen")
_COMMITTER = {
    "GIT_AUTHOR_NAME": "A. Tester",
    "GIT_AUTHOR_EMAIL": "tester@example.org",
    "GIT_COMMITTER_NAME": "A. Tester",
    "GIT_COMMITTER_EMAIL": "tester@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
_OF_THE_PIPELINE = ("GITHUB_", "CI_", "GITLAB_", "BITBUCKET_", "BUILDKITE_", "CHANGE_", "SYSTEM_")
"""Variables that tell of the pipeline that the tests run in, and not of the one that they make."""

SERVICE = """
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def home() -> dict[str, int]:
    return {"sum": sum(range(200_000))}


@app.get("/ping")
async def ping() -> str:
    return "pong"
"""

GATE = """
title = "The shop"

[load]
users = [4]

[[flow]]
path = "/"

[gate]
window = "1s"
quantities = ["cpu"]

[gate.min_effect]
cpu = "40%"

[variants.shop]
app = "shop:app"
ready = "/ping"
server = { name = "uvicorn", loop = "uvloop", http = "httptools" }
"""


@dataclass(frozen=True)
class GateRun:
    """What a gate said, wrote and left."""

    exit_code: int
    stdout: str
    stderr: str
    folder: Path

    @property
    def report(self) -> GateReport:
        """The report that `--json` printed."""
        return GateReport.model_validate_json(self.stdout)

    @property
    def was_disturbed(self) -> bool:
        """Whether it is invalid, and what other tests did to the machine may be why."""
        return self.exit_code == 3 and any(code in self.stderr for code in _DISTURBED)


@dataclass
class Repository:
    """A clone, or where it comes from, and gates that run in it."""

    root: Path
    temp: Path
    """Where gates make temporary folders."""
    results: Path
    """The tests' own: outside of the working tree."""
    environment: dict[str, str] = field(default_factory=dict)

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env=_quiet_environment() | _COMMITTER,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def write(self, files: Mapping[str, str | None]) -> None:
        """Write files; None removes one."""
        for name, text in files.items():
            path = self.root / name
            if text is None:
                path.unlink(missing_ok=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text).lstrip("\n"))

    def commit(self, files: Mapping[str, str | None]) -> None:
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a change")

    def clone(self, name: str = "clone", *options: str) -> Repository:
        """Clone as a pipeline does, and stand on the branch `change`."""
        root = self.root.parents[1] / name / self.root.name
        self.git("clone", "--quiet", *options, f"file://{self.root}", str(root))
        clone = Repository(root, self.temp, self.results, self.environment)
        clone.git("switch", "--quiet", "change")
        return clone

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Start a gate, and leave it to the caller."""
        environment = _quiet_environment() | _COMMITTER | {"TMPDIR": str(self.temp)}
        command = [sys.executable, "-P", "-m", "bench", options.pop("command", "gate"), *arguments]
        results = () if "--results" in arguments else ("--results", str(self.results))
        return subprocess.Popen(
            [*command, *results],
            cwd=options.pop("cwd", self.root),
            env=environment | self.environment | options.pop("env", {}),
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
            **options,
        )

    def gate(self, *arguments: str, **options: Any) -> GateRun:
        """Run a gate to its end, and see that it changed and left nothing.

        One that other tests disturbed is measured anew, twice at most.
        """
        done = self._gate_once(*arguments, **options)
        for _ in range(_MEASURED_ANEW):
            if not done.was_disturbed:
                break
            done = self._gate_once(*arguments, **options)
        return done

    def _gate_once(self, *arguments: str, **options: Any) -> GateRun:
        before = self.state()
        with self.start(*arguments, **options) as process:
            stdout, stderr = process.communicate(timeout=_PATIENCE_S)
        assert self.state() == before
        self.assert_nothing_left()
        assert "This is a defect" not in stderr, stderr
        return GateRun(process.returncode, stdout or "", stderr, self.results)

    def state(self) -> tuple[str, ...]:
        """Return what a gate must not change: files, index, stash, branches, worktrees."""
        index = self.root / ".git" / "index"
        return (
            self.git("status", "--porcelain", "--ignored"),
            index.read_bytes().hex() if index.is_file() else "",
            self.git("stash", "list"),
            self.git("for-each-ref"),
            self.git("worktree", "list"),
            self.git("rev-parse", "HEAD"),
        )

    def assert_nothing_left(self) -> None:
        """No worktree, no temporary folder, no process that works in either."""
        assert len(self.git("worktree", "list").splitlines()) == 1
        assert list(self.temp.iterdir()) == []
        assert list(_processes_below(self.temp)) == []


MakeRepository = Callable[..., Repository]


@pytest.fixture
def service() -> str:
    """Return the service, for tests that change a part of it."""
    return SERVICE


@pytest.fixture
def gate_file() -> str:
    """Return `bench.toml`, for tests that change a part of it."""
    return GATE


@pytest.fixture
def temp() -> Iterator[Path]:
    """Return a temporary folder through which other users can pass, as PostgreSQL's does."""
    with tempfile.TemporaryDirectory(prefix="gate-test-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


@pytest.fixture
def make_repository(tmp_path: Path, temp: Path) -> MakeRepository:
    """Return a maker of repositories: `main` has the baseline, `change` the candidate.

    Both take files by name: those of `main` are laid over a service that works, those of `change`
    over `main`.
    """

    def make(
        change: Mapping[str, str | None], main: Mapping[str, str | None] | None = None
    ) -> Repository:
        root = tmp_path / "origin" / "shop"
        root.mkdir(parents=True)
        caches = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
        origin = Repository(root, temp, tmp_path / "results", caches)
        origin.git("init", "--quiet", "--initial-branch", "main")
        first = {
            "shop.py": SERVICE,
            "bench.toml": GATE,
            "requirements.txt": "fastapi==0.165.0\nuvicorn==0.54.0\n",
            "README.md": "A shop.\n",
            ".gitignore": "__pycache__/\n",
        }
        origin.commit(first | dict(main or {}))
        origin.git("switch", "--quiet", "--create", "change")
        origin.commit({"README.md": "A better shop.\n"} | dict(change))
        origin.git("switch", "--quiet", "main")
        return origin

    return make


@pytest.fixture
def make_clone(make_repository: MakeRepository) -> MakeRepository:
    """Return a maker of fresh clones that stand on `change`."""
    return lambda *args, **kwargs: make_repository(*args, **kwargs).clone()


def _quiet_environment() -> dict[str, str]:
    return {
        name: value for name, value in os.environ.items() if not name.startswith(_OF_THE_PIPELINE)
    }


def _processes_below(folder: Path) -> Iterable[psutil.Process]:
    """Yield processes that name a folder, or work in it."""
    for process in psutil.process_iter():
        try:
            words = [process.cwd(), *process.cmdline()]
        except psutil.Error:
            continue
        if any(str(folder) in word for word in words):
            yield process
