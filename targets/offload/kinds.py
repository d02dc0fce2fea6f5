"""The kinds of work: each takes some tens of milliseconds, and says nothing but that it is done."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from typing import Final

SLEEP_S: Final = 0.05
_LOOPS: Final = 1_000_000
_HASH_ROUNDS: Final = 150_000
_TEXT: Final = json.dumps([{"id": number, "name": f"user{number}"} for number in range(130_000)])


def sleep() -> None:
    """Wait: no work at all, and the lock is free meanwhile."""
    time.sleep(SLEEP_S)


def python() -> None:
    """Compute in Python, which holds the interpreter's lock but for a moment every 5 ms."""
    total = 0
    for number in range(_LOOPS):
        total += number


def hashing() -> None:
    """Compute in C that lets go of the lock."""
    hashlib.pbkdf2_hmac("sha256", b"password", b"salt", _HASH_ROUNDS)


def parsing() -> None:
    """Compute in C that holds the lock from its beginning to its end."""
    json.loads(_TEXT)


KINDS: Final[Mapping[str, Callable[[], None]]] = {
    "sleep": sleep,
    "python": python,
    "hashing": hashing,
    "parsing": parsing,
}
work: Final = KINDS[os.environ["STRATUM_KIND"]]
