"""What in a Python environment leads to a folder outside: editable installs, and copies."""

from __future__ import annotations

import csv
import json
import re
import site
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

_READ_BYTES: Final = 1 << 20
_ENDS_A_PATH: Final = r"""(?=["'\n\r,;]|$)"""


@dataclass(frozen=True)
class Lead:
    """Something in an environment through which a folder's code is imported."""

    file: Path
    """Of the environment, in which the folder is named."""
    target: Path
    """Without links."""
    is_copy: bool = False
    """Installed from the folder: its files were copied when that was done."""

    @property
    def name(self) -> str:
        """What is installed, as far as the file's name tells."""
        if self.file.name == "direct_url.json":
            return self.file.parent.name.partition("-")[0]
        return re.sub(r"^_+editable_*(impl_)?|_finder|-?\d[\d.]*", "", self.file.stem).strip("._-")


def site_folders(environment: Path) -> list[Path]:
    """Return where a virtual environment has its packages."""
    return sorted({path.resolve() for path in environment.glob("lib*/python*/site-packages")})


def own_site_folders() -> list[Path]:
    """Return where the interpreter that runs us has its packages."""
    user = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    folders = (Path(folder) for folder in (*site.getsitepackages(), *user))
    return [folder for folder in folders if folder.is_dir()]


def find_leads(sites: Iterable[Path], folder: Path) -> list[Lead]:
    """Find all through which an environment leads into a folder.

    Path files, the finders that build backends write for editable installs, whose forms differ,
    and `direct_url.json`, which is there after any installation from a folder (PEP 610).
    """
    inside = folder.resolve()
    return [
        lead
        for place in sites
        for lead in _leads(place, inside)
        # an environment may lie in the folder itself, and name a folder of its own
        if lead.target.is_relative_to(inside) and not lead.target.is_relative_to(place.resolve())
    ]


def find_copies(sites: Iterable[Path]) -> dict[Path, Path]:
    """Return the Python files that were copied from folders, and the folder of each."""
    copies: dict[Path, Path] = {}
    for place in sites:
        for lead in _direct_urls(place):
            if lead.is_copy:
                copies |= dict.fromkeys(_recorded_files(place, lead.file.parent), lead.target)
    return copies


def _leads(place: Path, folder: Path) -> Iterator[Lead]:
    yield from _direct_urls(place)
    for file in sorted(place.glob("*.pth")):
        yield from _named_lines(file)
        yield from _mentions(file, folder)
    for pattern in ("*editable*.py", "*.egg-link"):
        for file in sorted(place.glob(pattern)):
            yield from _mentions(file, folder)


def _named_lines(file: Path) -> Iterator[Lead]:
    """Yield the folders that the lines of a path file name, relative to where it lies."""
    for line in _text(file).splitlines():
        named = line.strip()
        if named and not named.startswith(("#", "import ", "import\t")):
            yield Lead(file, (file.parent / named).resolve())


def _mentions(file: Path, folder: Path) -> Iterator[Lead]:
    """Yield each path in a file's text that begins with the folder's."""
    mention = re.compile(rf"{re.escape(str(folder))}(/[^\"'\n\r,;]*)?{_ENDS_A_PATH}")
    for found in mention.finditer(_text(file)):
        yield Lead(file, Path(found[0]).resolve())


def _direct_urls(place: Path) -> Iterator[Lead]:
    for file in sorted(place.glob("*.dist-info/direct_url.json")):
        try:
            document = json.loads(_text(file))
            url = urlsplit(str(document["url"]))
        except (ValueError, KeyError, TypeError):
            continue
        if url.scheme == "file":
            is_editable = bool(document.get("dir_info", {}).get("editable"))
            yield Lead(file, Path(unquote(url.path)).resolve(), is_copy=not is_editable)


def _recorded_files(place: Path, distribution: Path) -> Iterator[Path]:
    for row in csv.reader(_text(distribution / "RECORD").splitlines()):
        if row and row[0].endswith((".py", ".so")):
            yield (place / row[0]).resolve()


def _text(file: Path) -> str:
    try:
        with file.open("rb") as contents:
            return contents.read(_READ_BYTES).decode(errors="replace")
    except OSError:
        return ""
