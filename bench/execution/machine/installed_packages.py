"""The versions of what is installed for pairbench: part of what a number depends on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib import metadata
from typing import Final

_REQUIREMENT: Final = re.compile(r"\s*(?P<name>[\w.-]+)\s*(?:\[(?P<extras>[^]]*)\])?")
_EXTRA_MARKER: Final = re.compile(r"""\bextra\s*==\s*["'](?P<extra>[^"']+)["']""")

FindDistribution = Callable[[str], metadata.Distribution]


def installed_packages(
    root: str = "pairbench", find: FindDistribution = metadata.distribution
) -> dict[str, str]:
    """Return name and version of a distribution and of all that it needs, in turn.

    What is needed and not installed is left out: it is for other systems or interpreters.

    Args:
        root: the distribution to start from; where it isn't installed the result is empty.
        find: how an installed distribution is found by name.
    """
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [(root, "")]
    while waiting:
        wanted = waiting.pop()
        if wanted in seen:
            continue
        seen.add(wanted)
        name, extra = wanted
        try:
            distribution = find(name)
        except metadata.PackageNotFoundError:
            continue
        found[name] = distribution.version
        waiting += _needs(distribution, extra)
    return dict(sorted(found.items()))


def parse_requirement(text: str) -> tuple[str, tuple[str, ...], str]:
    """Take a requirement apart: normal name, extras asked for, extra that it belongs to.

    >>> parse_requirement('Uvicorn[standard]>=0.40; extra == "web"')
    ('uvicorn', ('standard',), 'web')
    """
    needed, _, marker = text.partition(";")
    match = _REQUIREMENT.match(needed)
    extra = _EXTRA_MARKER.search(marker)
    name = match["name"] if match else ""
    extras = (match["extras"] or "").split(",") if match else []
    return (
        re.sub(r"[-_.]+", "-", name).lower(),
        tuple(stripped for asked in extras if (stripped := asked.strip())),
        extra["extra"] if extra else "",
    )


def _needs(distribution: metadata.Distribution, extra: str) -> Iterator[tuple[str, str]]:
    """Yield what a distribution needs by itself, or for one of its extras."""
    for text in distribution.requires or ():
        name, extras, belongs_to = parse_requirement(text)
        if name and belongs_to == extra:
            yield name, ""
            yield from ((name, asked) for asked in extras)
