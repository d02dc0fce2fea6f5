"""Ways in which an environment leads out of itself, each as an installer leaves it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.execution.trees.installed_leads import (
    find_copies,
    find_leads,
    own_site_folders,
    site_folders,
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "env" / "lib" / "python3.12" / "site-packages"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    (folder / "src").mkdir(parents=True)
    return folder


def named(place: Path, folder: Path) -> list[tuple[str, bool]]:
    return [(lead.name, lead.is_copy) for lead in find_leads([place], folder)]


def test_the_packages_of_an_environment_are_found(place: Path) -> None:
    assert site_folders(place.parents[2]) == [place]
    assert all(folder.is_dir() for folder in own_site_folders())


def test_a_path_file_leads_to_the_folders_of_its_lines(place: Path, tree: Path) -> None:
    (place / "__editable__.shop-1.0.pth").write_text(f"# ours\n{tree}/src\n")
    assert set(named(place, tree)) == {("shop", False)}


def test_a_relative_line_is_seen_from_its_file(place: Path, tree: Path) -> None:
    (place / "shop.pth").write_text("../../../../tree/src\n")
    assert named(place, tree) == [("shop", False)]


def test_a_finder_leads_where_its_mapping_does(place: Path, tree: Path) -> None:
    (place / "__editable___shop_1_0_finder.py").write_text(
        f"MAPPING: dict[str, str] = {{'shop': '{tree}/src/shop'}}\n"
    )
    assert [lead.target for lead in find_leads([place], tree)] == [tree / "src" / "shop"]


def test_a_line_that_runs_code_leads_where_its_text_does(place: Path, tree: Path) -> None:
    (place / "_shop.pth").write_text(f"import sys; sys.path.insert(0, '{tree}')\n")
    assert named(place, tree) == [("shop", False)]


def test_a_folder_whose_name_only_begins_alike_is_another(place: Path, tree: Path) -> None:
    (place / "shop.pth").write_text(f"{tree}-2/src\n")
    assert named(place, tree) == []


def test_an_environment_inside_of_the_folder_does_not_lead_into_it(tmp_path: Path) -> None:
    place = tmp_path / ".venv" / "lib" / "python3.12" / "site-packages"
    place.mkdir(parents=True)
    (place / "win.pth").write_text("win32\n")
    assert named(place, tmp_path) == []


def direct_url(place: Path, tree: Path, **document: object) -> Path:
    folder = place / "shop-1.0.dist-info"
    folder.mkdir()
    (folder / "direct_url.json").write_text(json.dumps({"url": tree.as_uri(), **document}))
    (folder / "RECORD").write_text('shop/__init__.py,sha256=x,1\nshop/data.txt,,\n"a,b.py",,\n')
    return folder


def test_an_installation_from_a_folder_is_a_copy(place: Path, tree: Path) -> None:
    direct_url(place, tree, dir_info={})
    assert named(place, tree) == [("shop", True)]
    assert find_copies([place]) == {
        place / "shop/__init__.py": tree,
        place / "a,b.py": tree,
    }


def test_an_editable_one_is_no_copy(place: Path, tree: Path) -> None:
    direct_url(place, tree, dir_info={"editable": True})
    assert named(place, tree) == [("shop", False)]
    assert find_copies([place]) == {}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"url": 1}', '{"url": "https://example.org/x"}'])
def test_other_origins_lead_nowhere(place: Path, tree: Path, text: str) -> None:
    folder = place / "shop-1.0.dist-info"
    folder.mkdir()
    (folder / "direct_url.json").write_text(text)
    assert named(place, tree) == []
