from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest

from bench.execution.machine.installed_packages import installed_packages, parse_requirement


class Installed(metadata.Distribution):
    def __init__(self, version: str, requires: list[str]) -> None:
        self._text = "\n".join(
            ["Metadata-Version: 2.1", "Name: x", f"Version: {version}"]
            + [f"Requires-Dist: {line}" for line in requires]
        )

    def read_text(self, filename: str) -> str | None:
        return self._text if filename == "METADATA" else None

    def locate_file(self, path: object) -> Path:
        return Path(str(path))


def packages(**installed: Installed) -> dict[str, str]:
    def find(name: str) -> metadata.Distribution:
        if name not in installed:
            raise metadata.PackageNotFoundError(name)
        return installed[name]

    return installed_packages("root", find)


def test_what_is_needed_by_what_is_needed_counts_too() -> None:
    found = packages(
        root=Installed("1", ["fastapi>=0.130"]),
        fastapi=Installed("0.165", ["starlette<1,>=0.40"]),
        starlette=Installed("0.50", ["fastapi"]),
    )

    assert found == {"root": "1", "fastapi": "0.165", "starlette": "0.50"}


def test_an_extra_counts_only_where_it_is_asked_for() -> None:
    uvicorn = Installed("0.54", ["h11", 'uvloop; extra == "standard"', 'docs; extra == "docs"'])
    others = {name: Installed("1", []) for name in ("h11", "uvloop", "docs")}

    plain = packages(root=Installed("1", ["uvicorn"]), uvicorn=uvicorn, **others)
    standard = packages(root=Installed("1", ["uvicorn[standard]"]), uvicorn=uvicorn, **others)

    assert plain.keys() == {"root", "uvicorn", "h11"}
    assert standard.keys() == {"root", "uvicorn", "h11", "uvloop"}


def test_what_is_not_installed_is_left_out() -> None:
    assert packages(root=Installed("1", ['pywin32; sys_platform == "win32"'])) == {"root": "1"}
    assert packages() == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zope.Interface", ("zope-interface", (), "")),
        ("sqlalchemy[asyncio] >=2.0.40", ("sqlalchemy", ("asyncio",), "")),
        ("a[b, c]", ("a", ("b", "c"), "")),
        ("d (>=1) ; python_version < '3.12' and extra == 'e'", ("d", (), "e")),
        ("f @ file:///somewhere", ("f", (), "")),
        ("", ("", (), "")),
    ],
)
def test_requirements_are_taken_apart(
    text: str, expected: tuple[str, tuple[str, ...], str]
) -> None:
    assert parse_requirement(text) == expected
