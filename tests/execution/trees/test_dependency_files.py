"""Which files an environment depends on, and when two trees' environments are alike."""

from __future__ import annotations

from pathlib import Path

from bench.execution.trees.dependency_files import environment_key, find_dependency_files
from bench.model.gate_settings import GateSettings

_PATTERNS = GateSettings().dependencies
_COMMANDS = (("{python}", "-m", "pip", "install", "-r", "requirements.txt"),)


def tree(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_txt", ".txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def key(folder: Path, commands=_COMMANDS, **environment: str) -> str:
    return environment_key(folder, _PATTERNS, commands, environment)


def test_equal_files_at_equal_places_make_equal_environments(tmp_path: Path) -> None:
    old = tree(tmp_path / "old", requirements_txt="fastapi==1\n", shop="old code")
    new = tree(tmp_path / "new", requirements_txt="fastapi==1\n", shop="new code")
    assert key(old) == key(new)


def test_another_content_place_command_or_index_makes_another(tmp_path: Path) -> None:
    first = tree(tmp_path / "a", requirements_txt="fastapi==1\n")
    content = tree(tmp_path / "b", requirements_txt="fastapi==2\n")
    place = tree(tmp_path / "c", web__requirements_txt="fastapi==1\n")
    keys = {
        key(first),
        key(content),
        key(place),
        key(first, commands=(("make", "install"),)),
        key(first, PIP_INDEX_URL="https://example.org"),
    }
    assert len(keys) == 5
    assert key(first, EDITOR="vi") == key(first)


def test_files_are_found_in_any_folder_and_not_in_gits(tmp_path: Path) -> None:
    root = tree(
        tmp_path, **{"web__requirements-dev_txt": "", ".git__requirements_txt": "", "notes_txt": ""}
    )
    assert find_dependency_files(root, _PATTERNS) == [root / "web/requirements-dev.txt"]


def test_a_pattern_with_a_slash_is_that_of_a_path(tmp_path: Path) -> None:
    root = tree(tmp_path, deps__prod_txt="", other__deps__prod_txt="")
    assert find_dependency_files(root, ("deps/*.txt",)) == [root / "deps/prod.txt"]


def test_files_that_others_take_in_belong_to_them(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        requirements_txt="-r deps/base.txt  # common\n-c missing.txt\n",
        deps__base_txt="--constraint=pins.txt\n-r ../requirements.txt\n-r /etc/passwd\n",
        deps__pins_txt="fastapi==1",
    )
    found = find_dependency_files(root, _PATTERNS)
    assert [path.name for path in found] == ["base.txt", "pins.txt", "requirements.txt"]


def test_files_that_commands_name_belong_to_them(tmp_path: Path) -> None:
    root = tree(tmp_path, install="#!/bin/sh", deps__prod_txt="")
    commands = (("./install", "", "x" * 5000), ("pip", "install", "-r", "{tree}/deps/prod.txt"))
    found = find_dependency_files(root, (), commands)
    assert found == [root / "deps/prod.txt", root / "install"]
