"""Small repositories, made with the git that is there."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
"""No setting of whoever runs the tests, and no variable of the pipeline that they run in."""
_AUTHOR = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Nobody"), ("EMAIL", "nobody@example.org"))
}


class Repository:
    """A working tree, and what one does in it."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.environment = dict(ENVIRONMENT)

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments],
            cwd=self.root,
            env=self.environment | _AUTHOR,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.rstrip("\n")

    def write(self, path: str, text: str = "") -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def commit(self, path: str = "shop.py", text: str = "") -> str:
        """Write a file, commit everything, and return the commit."""
        self.write(path, text or f"# {path}\n")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", f"{path}: {text}")
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str) -> None:
        self.git("switch", "--quiet", "--create", name)

    def state(self) -> tuple[str, ...]:
        """All that a gate must leave as it is."""
        return (
            self.git("status", "--porcelain", "--untracked-files=all", "--ignored"),
            self.git("diff", "HEAD"),
            self.git("ls-files", "--stage"),
            self.git("stash", "list"),
            self.git("worktree", "list"),
            self.git("for-each-ref"),
        )


BuildRepository = Callable[..., Repository]


@pytest.fixture
def build_repository(tmp_path: Path) -> BuildRepository:
    """Return a maker of empty repositories whose branch is `main`."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")

    def build(name: str = "repository") -> Repository:
        root = tmp_path / name
        root.mkdir()
        repository = Repository(root)
        repository.git("init", "--quiet", "--initial-branch", "main")
        return repository

    return build


@pytest.fixture
def repository(build_repository: BuildRepository) -> Repository:
    """Return a repository with one commit."""
    made = build_repository()
    made.commit("shop.py", "first\n")
    return made


@pytest.fixture
def clone(tmp_path: Path) -> Callable[..., Repository]:
    """Return a maker of clones, with options such as `--depth 1`."""

    def make(origin: Repository, *options: str) -> Repository:
        origin.git("clone", "--quiet", *options, f"file://{origin.root}", str(tmp_path / "clone"))
        return Repository(tmp_path / "clone")

    return make
