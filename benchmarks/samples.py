"""Samples of where a program was, summed up by function and by line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

Share = tuple[str, float]
"""A place, and its share of all samples."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Where the time went, the largest share first."""

    samples: int
    functions: tuple[Share, ...]
    """By the time in themselves, with what they call in C."""
    lines: tuple[Share, ...]
    cumulative: tuple[Share, ...]
    """By the time in themselves and in all that they call."""


def read_profile(text: str) -> Profile:
    """Read what the sampler wrote."""
    document = json.loads(text)
    functions: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    cumulative: Counter[str] = Counter()
    for file, function, line, count in document["lines"]:
        functions[f"{_short(file)} {function}"] += count
        lines[f"{_short(file)}:{line} {function}"] += count
    for file, function, count in document["callers"]:
        cumulative[f"{_short(file)} {function}"] += count
    total = sum(functions.values())
    return Profile(
        samples=total,
        functions=_shares(functions, total),
        lines=_shares(lines, total),
        cumulative=_shares(cumulative, total),
    )


def _shares(counts: Counter[str], total: int) -> tuple[Share, ...]:
    return tuple((place, count / total) for place, count in counts.most_common())


def _short(file: str) -> str:
    """Keep the end of a path, which says enough and nothing of this machine.

    >>> _short("/home/me/pairbench/bench/load/http/client.py")
    'load/http/client.py'
    """
    parts: Sequence[str] = PurePath(file).parts[-3:]
    return "/".join(part.strip("/") for part in parts)
