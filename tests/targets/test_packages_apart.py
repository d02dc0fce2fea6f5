"""A package in a folder of its own: whole or not at all, and out of everybody else's sight."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from targets.server_stack import apart


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def fake_install(requirement: str, into: Path) -> None:
    package = into / "rloop"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(f"REQUIREMENT = {requirement!r}\n")


def broken_install(requirement: str, into: Path) -> None:
    fake_install(requirement, into)
    raise subprocess.CalledProcessError(1, "pip")


def must_not_install(requirement: str, into: Path) -> None:
    pytest.fail(f"{requirement} was installed again, into {into}")


def test_a_package_is_installed_once_at_its_version() -> None:
    apart.get("rloop", fake_install)
    apart.get("rloop", must_not_install)
    code = "from targets.server_stack.apart import import_apart as i; print(i('rloop').REQUIREMENT)"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == f"rloop=={apart.VERSIONS['rloop']}"


def test_what_fails_half_way_leaves_nothing(cache: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        apart.get("rloop", broken_install)
    assert [path for path in cache.rglob("*") if path.is_file()] == []
    assert not apart.folder("rloop").exists()


def test_what_cannot_be_imported_is_told_in_a_line() -> None:
    apart.folder("rloop").mkdir(parents=True)
    command = [sys.executable, "-m", "targets.server_stack.apart", "rloop"]
    told = subprocess.run(command, check=False, capture_output=True, text=True)
    assert told.returncode == 1
    assert told.stderr.startswith("rloop can't be imported: ")
    assert told.stderr.count("\n") == 1


def test_no_other_target_finds_the_parser_in_c() -> None:
    """Otherwise gunicorn would use it in all experiments at once."""
    code = "import importlib.util as u; print(u.find_spec('gunicorn_h1c'))"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "None"
