from __future__ import annotations

from pathlib import Path

from bench.load.distributed.code_version import digest_sources, read_code_version


def tree(folder: Path, **sources: str) -> Path:
    folder.mkdir()
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(source)
    return folder


def test_equal_sources_have_one_digest_wherever_they_lie(tmp_path: Path) -> None:
    one, other = tree(tmp_path / "one", a="x", b="y"), tree(tmp_path / "other", a="x", b="y")
    (other / "cache.pyc").write_bytes(b"compiled")
    assert digest_sources(one) == digest_sources(other)


def test_any_change_of_a_source_changes_the_digest(tmp_path: Path) -> None:
    trees = [
        tree(tmp_path / "one", a="x", b="y"),
        tree(tmp_path / "two", a="xy", b=""),
        tree(tmp_path / "three", a="x", c="y"),
    ]
    assert len({digest_sources(each) for each in trees}) == 3


def test_a_version_names_the_package_and_its_sources() -> None:
    number, _, rest = read_code_version().partition("+")
    digest, _, below = rest.partition(" ")
    assert number
    assert len(digest) == 12
    assert below.startswith("(Python 3.")
    assert "locust " in below
