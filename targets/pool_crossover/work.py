"""The work: so much computing, on an argument of such a size."""

from __future__ import annotations

import os
from typing import Final

from fastapi import Response

ARGUMENT: Final = b"x" * (int(os.environ["STRATUM_ARGUMENT_KIB"]) * 1024)
_LOOPS: Final = int(os.environ["STRATUM_LOOPS"])
BODY: Final = b'{"done":true}'


def compute(argument: bytes) -> int:
    """Compute for a while, and look at the argument."""
    total = len(argument)
    for number in range(_LOOPS):
        total += number & 1
    return total


def begin() -> int:
    """Do nothing, and say where: the first task, by which the start is timed."""
    return os.getpid()


def done(total: int) -> Response:
    """Answer, whatever came out."""
    assert total
    return Response(BODY, media_type="application/json")
