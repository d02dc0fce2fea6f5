"""What Python says of its imports is read whoever else writes to the same log."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.execution.trees.import_log import read_imported_files


def read(folder: Path, *lines: str | bytes) -> set[str]:
    log = folder / "target.log"
    log.write_bytes(b"".join(line.encode() if isinstance(line, str) else line for line in lines))
    return {os.fspath(path) for path in read_imported_files(log)}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("# code object from /app/shop.py\n", "/app/shop.py"),
        ("# code object from '/app/__pycache__/shop.cpython-311.pyc'\n", "/app/shop.py"),
        ("""# code object from "/it's/__pycache__/shop.cpython-313.pyc"\n""", "/it's/shop.py"),
        ("# code object from '/app/shop.pyc'\n", "/app/shop.pyc"),
        ("# extension module 'fast' loaded from '/app/fast.so'\n", "/app/fast.so"),
        ("# /x/__pycache__/a.cpython-312.pyc matches /x/a b.py\n", "/x/a b.py"),
    ],
)
def test_each_form_of_a_line_names_its_file(tmp_path: Path, line: str, expected: str) -> None:
    assert read(tmp_path, line) == {expected}


@pytest.mark.parametrize(
    "line",
    [
        "# trying /app/shop.py\n",
        "# created '/app/__pycache__/shop.cpython-311.pyc'\n",
        "# wrote '/app/__pycache__/shop.cpython-311.pyc'\n",
        "# code object from '<frozen zipimport>'\n",
        "# code object from 'broken\n",
        "import 'shop' # <_frozen_importlib_external.SourceFileLoader object at 0x7f84e20ed850>\n",
        "listening on /app/shop.py\n",
    ],
)
def test_other_lines_name_none(tmp_path: Path, line: str) -> None:
    assert read(tmp_path, line) == set()


def test_the_source_decides_where_compiled_files_are_kept_elsewhere(tmp_path: Path) -> None:
    lines = (
        "# /cache/app/shop.cpython-311.pyc matches /app/shop.py\n",
        "# code object from '/cache/app/shop.cpython-311.pyc'\n",
    )
    assert read(tmp_path, *lines) == {"/app/shop.py"}


def test_workers_that_share_a_line_are_told_apart(tmp_path: Path) -> None:
    lines = (
        "# code object from /app/a.py# code object from /app/b.py\n\n",
        "import 'x' # <Loader># code object from '/app/__pycache__/c.cpython-311.pyc'\n",
        "# code object from /app/d.pyimport 'x' # <Loader>\n",
    )
    assert read(tmp_path, *lines) == {"/app/a.py", "/app/b.py", "/app/c.py", "/app/d.py"}


def test_bytes_that_are_no_text_and_lines_without_end_are_passed_over(tmp_path: Path) -> None:
    lines = (b"\xff\xfe" * 200_000, b"\n\x00\n", b"# code object from /app/\xff.py\n", b"# code o")
    assert read(tmp_path, *lines) == {"/app/\udcff.py"}


def test_what_python_really_says_is_understood(tmp_path: Path) -> None:
    package = tmp_path / "my shop" / "web"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("import sqlite3\nfrom . import app\n")
    (package / "app.py").touch()
    log = tmp_path / "target.log"
    for _ in ("compiled", "read from the cache"):
        with log.open("wb") as output:
            subprocess.run(
                [sys.executable, "-c", "import web"],
                cwd=tmp_path / "my shop",
                env={"PYTHONVERBOSE": "1"},
                stderr=output,
                check=True,
            )
        files = read_imported_files(log)
        assert {package / "__init__.py", package / "app.py"} <= files
        assert any(path.name.startswith("_sqlite3") for path in files)
    assert (package / "__pycache__").exists()
