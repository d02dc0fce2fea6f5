"""The variables of a tree's processes lead into that tree."""

from __future__ import annotations

import os
from pathlib import Path

from bench.execution.trees.tree_environment import tree_environment

_TREE = Path("/trees/new/shop")


def variables(root: Path, virtual: Path | None = None, **caller: str) -> dict[str, str]:
    return tree_environment({"PATH": "/bin", **caller}, tree=_TREE, root=root, virtual=virtual)


def test_what_is_the_callers_own_stays(tmp_path: Path) -> None:
    assert variables(tmp_path, LANG="C", API_KEY="x")["API_KEY"] == "x"


def test_what_leads_elsewhere_goes(tmp_path: Path) -> None:
    names = ("PYTHONHOME", "PIP_USER", "PWD", "GIT_DIR", "GIT_INDEX_FILE")
    assert not set(names) & set(variables(tmp_path, **dict.fromkeys(names, "x")))


def test_an_import_path_into_the_working_tree_leads_into_the_tree(tmp_path: Path) -> None:
    given = os.pathsep.join(["src", str(tmp_path / "lib"), "/usr/share/py", "", str(tmp_path)])
    moved = variables(tmp_path, PYTHONPATH=given)["PYTHONPATH"].split(os.pathsep)
    assert moved == ["src", f"{_TREE}/lib", "/usr/share/py", "", str(_TREE)]


def test_a_virtual_environment_comes_first(tmp_path: Path) -> None:
    found = variables(tmp_path, Path("/envs/a"), VIRTUAL_ENV="/other")
    assert found["PATH"].split(os.pathsep)[:2] == ["/envs/a/bin", "/bin"]
    assert found["VIRTUAL_ENV"] == found["UV_PROJECT_ENVIRONMENT"] == "/envs/a"


def test_without_one_the_callers_stays(tmp_path: Path) -> None:
    assert variables(tmp_path, VIRTUAL_ENV="/other")["VIRTUAL_ENV"] == "/other"
