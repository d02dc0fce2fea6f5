"""A reference run has what was measured, and nothing of the place where it was."""

from __future__ import annotations

import lzma
import sysconfig
from pathlib import Path

import pytest

from benchmarks.reference.adopting import adopt


@pytest.fixture
def run(tmp_path: Path) -> Path:
    run = tmp_path / "clone" / "results" / "a-run"
    trial = run / "trials" / "001-shop-async"
    trial.mkdir(parents=True)
    (run / "report.html").write_text("<html>")
    (run / "run.json").write_text(f'{{"source": "{tmp_path}/clone/scenarios/shop.toml"}}')
    (trial / "target.log").write_text(f"File {tmp_path}/clone/targets/shop.py, line 1")
    (trial / "generator.log.xz").write_bytes(lzma.compress(f"{tmp_path}/clone/x".encode()))
    return run


def test_paths_are_those_of_the_project(run: Path, tmp_path: Path) -> None:
    adopted = adopt(run, tmp_path / "reference")

    trial = adopted / "trials" / "001-shop-async"
    assert (adopted / "run.json").read_text() == '{"source": "./scenarios/shop.toml"}'
    assert lzma.decompress((trial / "target.log.xz").read_bytes()) == (
        b"File ./targets/shop.py, line 1"
    )
    assert lzma.decompress((trial / "generator.log.xz").read_bytes()) == b"./x"


def test_paths_of_pythons_library_are_relative_to_that(run: Path, tmp_path: Path) -> None:
    library = sysconfig.get_path("stdlib")
    (run / "copy.log").write_text(f'File "{library}/asyncio/runners.py", line 1')

    adopted = adopt(run, tmp_path / "reference")

    assert (adopted / "copy.log").read_text() == 'File "(stdlib)/asyncio/runners.py", line 1'


def test_what_can_be_made_anew_is_left_out_and_the_run_stays_as_it_is(
    run: Path, tmp_path: Path
) -> None:
    adopted = adopt(run, tmp_path / "reference")

    assert not (adopted / "report.html").exists()
    assert (run / "report.html").exists()
    assert (run / "trials" / "001-shop-async" / "target.log").exists()


def test_a_run_is_adopted_once(run: Path, tmp_path: Path) -> None:
    adopt(run, tmp_path / "reference")

    with pytest.raises(FileExistsError):
        adopt(run, tmp_path / "reference")
