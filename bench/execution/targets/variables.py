"""What goes from the harness to its children as text: environment variables and placeholders."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

_UNWANTED: Final = re.compile(
    r"OTEL_.*|FASTAPI_OTEL_AUTO_CONFIGURE"  # instrumentation that nobody asked for in a measurement
    r"|GUNICORN_CMD_ARGS|UVICORN_.*|WEB_CONCURRENCY"  # options beside those of the experiment
    r"|PYTHONDONTWRITEBYTECODE"  # starts would compile the app again and again
    r"|PAIRBENCH_.*"  # an outer harness's
)
_IN_BRACES: Final = re.compile(r"\{([\w.-]+)\}")
_ALMOST: Final = 0.7
"""The likeness of two names, from which on the one may be meant by the other; 1 is the same."""


def child_environment(
    environment: Mapping[str, str], python: str = sys.executable
) -> dict[str, str]:
    """Return the caller's environment without what would change a measurement unseen.

    Programs that lie beside the interpreter are found too, after all that is on the caller's path.

    Args:
        environment: the caller's.
        python: the interpreter of the child: this one, or that of an environment of its own.
    """
    kept = {name: value for name, value in environment.items() if not _UNWANTED.fullmatch(name)}
    beside = str(Path(python).parent)
    return kept | {"PATH": os.pathsep.join([environment.get("PATH") or os.defpath, beside])}


def hash_seed(seed: int) -> str:
    """Return a value of PYTHONHASHSEED, which has 32 bits, for a seed of any size."""
    return str(seed % 2**32)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace `{name}` for each known name, once, and leave all other braces as they are.

    >>> fill("events {} listen {host}:{port}; {x}", {"host": "127.0.0.1", "port": "80"})
    'events {} listen 127.0.0.1:80; {x}'
    """
    if not values:
        return text
    known = re.compile("|".join(re.escape(f"{{{name}}}") for name in values))
    return known.sub(lambda token: values[token[0][1:-1]], text)


def fill_all(texts: Iterable[str], values: Mapping[str, str]) -> tuple[str, ...]:
    """Replace `{name}` in each text."""
    return tuple(fill(text, values) for text in texts)


def find_misspelt(texts: Iterable[str], known: Collection[str]) -> dict[str, str]:
    """Return what is left in braces and reads almost like a placeholder, with what it may mean.

    Other braces are none of ours: a server's configuration is full of them.

    >>> find_misspelt(["--port={prot}", "{print}", "events {}"], ["host", "port"])
    {'{prot}': '{port}'}
    """
    names = dict.fromkeys(name for text in texts for name in _IN_BRACES.findall(text))
    near = {
        name: [
            other
            for other in get_close_matches(name.lower(), known, n=1, cutoff=_ALMOST)
            if abs(len(other) - len(name)) <= 1
        ]
        for name in names
    }
    return {f"{{{name}}}": f"{{{found[0]}}}" for name, found in near.items() if found}
