"""Trees are made ready by real commands in real environments, and neither runs the other's code."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from bench.errors import TargetStartError, TreeError
from bench.execution.supervision.processes import Supervisor, supervise
from bench.execution.trees.checking_out import check_out
from bench.execution.trees.import_log import read_imported_files
from bench.execution.trees.migrating import migrate
from bench.execution.trees.prepared_tree import PreparedTree
from bench.execution.trees.preparing import prepare_trees
from bench.execution.trees.proving import IMPORTS_TOLD, Proof, read_imports
from bench.execution.trees.resolving import resolve_versions
from bench.execution.trees.running_commands import TreeCommands
from bench.model.arm import Arm
from bench.model.gate_settings import GateSettings
from bench.model.progress import Notice, ProgressEvent

_ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_NAME": "Nobody" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "nobody@example.org" for who in ("AUTHOR", "COMMITTER")},
    "PIP_NO_INDEX": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}
_INTO_ENVIRONMENT = (
    "import sysconfig, pathlib;"
    "pathlib.Path(sysconfig.get_paths()['purelib'], 'pinned.py').write_text('version = 1')"
)
_PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
_BACKEND = """
# The smallest build backend: nothing has to be downloaded to install this package.
import os
import zipfile

def _wheel(folder, files):
    info = "shop-1.0.dist-info"
    files |= {
        f"{info}/METADATA": "Metadata-Version: 2.1\\nName: shop\\nVersion: 1.0\\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,\\n" for name in [*files, f"{info}/RECORD"])
    name = "shop-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
    return name

def build_wheel(folder, config_settings=None, metadata_directory=None):
    return _wheel(folder, {"shop.py": open("src/shop.py").read()})

def build_editable(folder, config_settings=None, metadata_directory=None):
    return _wheel(folder, {"__editable__.shop-1.0.pth": os.path.abspath("src") + "\\n"})
"""

Trees = dict[Arm, PreparedTree]


class Project:
    """A repository with two commits, and the gates that are run on it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "shop"
        self.cache = folder / "cache"
        self.logs = folder / "logs"
        self.temp = folder / "temp"
        self.heard: list[str] = []
        self.root.mkdir()
        self.temp.mkdir()
        self.git("init", "--quiet", "--initial-branch", "main")
        self.commit({"src/shop.py": "VERSION = 'old'\n", "requirements.txt": "fastapi\n"})

    def git(self, *arguments: str) -> None:
        subprocess.run(
            ["git", *arguments], cwd=self.root, env=_ENVIRONMENT, check=True, capture_output=True
        )

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def commit(self, files: dict[str, str]) -> None:
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a change")

    def gate(
        self,
        *commands: tuple[str, ...],
        body: Callable[[Supervisor, Trees], Awaitable[None]] | None = None,
        **environment: str,
    ) -> Trees:
        """Prepare HEAD~1 and HEAD; return what targets would have been started from."""
        self.heard.clear()
        everything = _ENVIRONMENT | environment
        settings = GateSettings(prepare=commands)

        def announce(event: ProgressEvent) -> None:
            assert isinstance(event, Notice)
            self.heard.append(event.text)

        async def main() -> Trees:
            versions = resolve_versions(self.root, "HEAD~1", None, environment=everything)
            async with (
                supervise() as supervisor,
                check_out(versions, self.temp, environment=everything) as trees,
                prepare_trees(
                    supervisor,
                    trees,
                    settings,
                    logs=self.logs,
                    announce=announce,
                    cache=self.cache,
                    environment=everything,
                ) as prepared,
            ):
                if body is not None:
                    await body(supervisor, prepared)
                return prepared

        try:
            return asyncio.run(main())
        finally:
            assert list(self.temp.iterdir()) == []

    def kept(self) -> list[Path]:
        return [path for path in self.cache.iterdir() if path.is_dir()]

    def imports(self, trees: Trees, arm: Arm, python: str | None = None) -> Proof:
        """Run a target that imports the project, and look at what it says."""
        tree = trees[arm]
        log = self.logs / "imports.log"
        with log.open("wb") as output:
            subprocess.run(
                [python or tree.python, "-P", "-c", "import shop"],
                cwd=tree.path,
                env=dict(tree.environment) | IMPORTS_TOLD,
                stderr=output,
                check=True,
            )
        return read_imports(log, trees, arm, root=self.root)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    return Project(tmp_path)


def python(code: str) -> tuple[str, ...]:
    return ("{python}", "-c", code)


def kinds(trees: Trees) -> set[str]:
    return {tree.version.environment for tree in trees.values()}


def test_without_commands_both_run_in_benchs_own_environment(project: Project) -> None:
    project.commit({"src/shop.py": "VERSION = 'new'\n"})

    async def look(_: Supervisor, trees: Trees) -> None:
        assert kinds(trees) == {"bench's own"}
        assert {tree.python for tree in trees.values()} == {sys.executable}
        for arm in ("baseline", "candidate"):
            assert project.imports(trees, arm).is_proven
        for tree in trees.values():
            assert f"{tree.path}/src" in tree.environment["PYTHONPATH"]

    project.logs.mkdir()
    project.gate(body=look, PYTHONPATH=f"{project.root}/src")


def test_equal_dependencies_share_one_environment_which_is_kept(project: Project) -> None:
    project.commit({"src/shop.py": "VERSION = 'new'\n"})
    first = project.gate(python(_INTO_ENVIRONMENT))
    assert kinds(first) == {"shared"}
    assert len(project.kept()) == 1
    assert len(project.heard) == 2  # the environment, and the command once
    subprocess.run([first["candidate"].python, "-c", "import pinned"], check=True)

    again = project.gate(python(_INTO_ENVIRONMENT))
    assert again["baseline"].python == again["candidate"].python == first["baseline"].python
    assert project.heard == []


def test_another_requirement_makes_another_environment(project: Project) -> None:
    project.commit({"requirements.txt": "fastapi\nuvicorn\n"})
    trees = project.gate(python(_INTO_ENVIRONMENT))
    assert kinds(trees) == {"own"}
    old, new = (trees[arm].python for arm in ("baseline", "candidate"))
    assert old != new
    assert len(old) == len(new)
    assert len(project.kept()) == 2


def test_commands_that_leave_something_in_a_tree_run_in_each(project: Project) -> None:
    project.commit({"src/shop.py": "VERSION = 'new'\n"})

    async def look(_: Supervisor, trees: Trees) -> None:
        assert kinds(trees) == {"own"}
        for tree in trees.values():
            assert (tree.path / "built.js").read_text() == str(tree.path)

    project.gate(
        python("import os; open('built.js', 'w').write('{tree}'); assert os.getcwd() == '{tree}'"),
        body=look,
    )
    assert project.kept() == []


def test_an_editable_installation_is_never_shared(project: Project) -> None:
    project.commit({"pyproject.toml": _PYPROJECT, "backend.py": _BACKEND})
    project.commit({"src/shop.py": "VERSION = 'new'\n"})

    async def look(_: Supervisor, trees: Trees) -> None:
        assert kinds(trees) == {"own"}
        for arm, tree in trees.items():
            assert project.imports(trees, arm).own == (tree.path / "src/shop.py",)
        # what sharing it would have come to
        with pytest.raises(TreeError, match="ran code of the candidate's tree") as caught:
            project.imports(trees, "baseline", python=trees["candidate"].python)
        assert caught.value.exit_code == 3

    project.gate(("pip", "install", "--quiet", "--no-deps", "-e", "."), body=look)
    assert project.kept() == []


def test_an_installation_from_the_tree_is_proven_by_its_record(project: Project) -> None:
    project.commit({"pyproject.toml": _PYPROJECT, "backend.py": _BACKEND})
    project.commit({"src/shop.py": "VERSION = 'new'\n"})

    async def look(_: Supervisor, trees: Trees) -> None:
        assert kinds(trees) == {"own"}
        for arm, tree in trees.items():
            (own,) = project.imports(trees, arm).own
            assert own.read_text() == (tree.path / "src/shop.py").read_text()
            assert not own.is_relative_to(tree.path)

    project.gate(("pip", "install", "--quiet", "--no-deps", "."), body=look)
    assert project.kept() == []


def test_a_candidate_that_cannot_be_prepared_is_one_that_does_not_start(project: Project) -> None:
    project.commit({"requirements.txt": "no-such-thing==1\n"})
    install = "import sys; sys.exit('no-such-thing' in open('requirements.txt').read())"
    failing = f"print('looking for it'); {install}"
    with pytest.raises(TargetStartError, match=r"candidate \(main\) can't be prepared") as caught:
        project.gate(python(failing))
    assert "ended with exit code 1" in caught.value.message
    assert caught.value.arm == "candidate"
    assert caught.value.evidence[-1] == "looking for it"
    assert len(project.kept()) == 1  # the baseline's


def test_a_baseline_that_cannot_be_prepared_says_so(project: Project) -> None:
    project.commit({"install.sh": "#!/bin/sh\n"})
    (project.root / "install.sh").chmod(0o755)
    project.commit({})
    with pytest.raises(TreeError, match=r"baseline \(HEAD~1\) can't be prepared") as caught:
        project.gate(("./not-there.sh",))
    assert "--against REF" in caught.value.hint
    assert caught.value.exit_code == 3
    assert project.kept() == []


def test_a_cancellation_ends_all_that_a_command_started(project: Project, tmp_path: Path) -> None:
    project.commit({"src/shop.py": "VERSION = 'new'\n"})
    pids = tmp_path / "pids"
    child = f"import os, time; open({str(pids)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    command = python(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])")

    async def cancel_when_it_runs(task: asyncio.Task[None]) -> None:
        while not (pids.exists() and pids.read_text()):  # noqa: ASYNC110 - seen in the file alone
            await asyncio.sleep(0.02)
        task.cancel()

    async def main() -> None:
        versions = resolve_versions(project.root, "HEAD~1", None, environment=_ENVIRONMENT)
        settings = GateSettings(prepare=(command,))
        task = asyncio.current_task()
        assert task is not None
        cancelling = asyncio.create_task(cancel_when_it_runs(task))
        async with (
            supervise() as supervisor,
            check_out(versions, project.temp, environment=_ENVIRONMENT) as trees,
            prepare_trees(
                supervisor,
                trees,
                settings,
                logs=project.logs,
                announce=lambda event: None,
                cache=project.cache,
                environment=_ENVIRONMENT,
            ),
        ):
            raise AssertionError("the command does not end by itself")
        await cancelling

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(main())
    assert not psutil.pid_exists(int(pids.read_text()))
    assert project.kept() == []
    assert list(project.temp.iterdir()) == []


def commands_in(
    tree: PreparedTree, supervisor: Supervisor, log: Path, **changes: Any
) -> TreeCommands:
    return TreeCommands(
        supervisor=supervisor,
        arm=tree.arm,
        version=tree.version,
        path=tree.path,
        python=tree.python,
        environment=tree.environment,
        log=log,
        announce=lambda event: None,
        **changes,
    )


async def is_gone(pid: int) -> bool:
    """Tell whether a process ends, and is collected by whoever has to, within a moment."""
    give_up_at_s = time.monotonic() + 10
    while psutil.pid_exists(pid) and time.monotonic() < give_up_at_s:  # noqa: ASYNC110 - no event
        await asyncio.sleep(0.05)
    return not psutil.pid_exists(pid)


def test_what_a_command_leaves_running_is_ended(project: Project, tmp_path: Path) -> None:
    project.commit({"src/shop.py": "VERSION = 'new'\n"})
    pids = tmp_path / "pids"
    code = (
        "import pathlib, subprocess, sys;"
        "left = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        f"pathlib.Path({str(pids)!r}).write_text(str(left.pid))"
    )

    async def body(supervisor: Supervisor, trees: Trees) -> None:
        running = commands_in(trees["baseline"], supervisor, project.logs / "left.log")
        await running.run([python(code)], purpose="prepared")
        assert await is_gone(int(pids.read_text()))

    project.gate(body=body)


def test_a_command_that_hangs_is_given_up(project: Project) -> None:
    project.commit({"src/shop.py": "VERSION = 'new'\n"})

    async def body(supervisor: Supervisor, trees: Trees) -> None:
        log = project.logs / "hanging.log"
        running = commands_in(trees["baseline"], supervisor, log, within_s=0.1)
        with pytest.raises(TreeError, match=r"did not end within 0\.1 s"):
            await running.run([python("import time; time.sleep(600)")], purpose="prepared")

    project.gate(body=body)


def test_migrations_find_their_own_trees_database(project: Project, tmp_path: Path) -> None:
    project.commit({"src/shop.py": "VERSION = 'new'\n"})
    told = tmp_path / "told"
    told.mkdir()
    code = (
        "import os, pathlib;"
        f"pathlib.Path({str(told)!r}, os.environ['DATABASE_SCHEMA']).write_text(os.getcwd())"
    )

    async def body(supervisor: Supervisor, trees: Trees) -> None:
        for arm, tree in trees.items():
            await migrate(
                supervisor,
                tree,
                [python(code)],
                service_env={"DATABASE_SCHEMA": arm},
                log=project.logs / f"{arm}-migrate.log",
                announce=lambda event: None,
            )
            assert (told / arm).read_text() == str(tree.path)
        with pytest.raises(TargetStartError, match=r"candidate .* can't be migrated") as caught:
            await migrate(
                supervisor,
                trees["candidate"],
                [python(code)],
                service_env={},
                log=project.logs / "failing.log",
                announce=lambda event: None,
            )
        assert any("DATABASE_SCHEMA" in line for line in caught.value.evidence)

    project.gate(body=body)


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_other_pythons_tell_of_their_imports_alike(version: str, tmp_path: Path) -> None:
    program = _interpreter(version)
    if program is None:
        pytest.skip(f"there is no python{version}")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").write_text("from shop import web\n")
    (tmp_path / "shop" / "web.py").touch()
    log = tmp_path / "target.log"
    for _ in ("compiled", "read from the cache"):
        with log.open("wb") as output:
            subprocess.run(
                [program, "-c", "import shop"],
                cwd=tmp_path,
                env=IMPORTS_TOLD,
                stderr=output,
                check=True,
            )
        found = {path for path in read_imported_files(log) if path.is_relative_to(tmp_path)}
        assert found == {tmp_path / "shop/__init__.py", tmp_path / "shop/web.py"}


def _interpreter(version: str) -> str | None:
    """Find another interpreter; pyenv's programs want to be told which one they stand for."""
    program = shutil.which(f"python{version}")
    if program is None:
        return None
    asked = subprocess.run(
        [program, "-c", "import sys; print(sys.executable)"],
        env=os.environ | {"PYENV_VERSION": version},
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.strip() if asked.returncode == 0 else None
