"""A check by a synchronous client whose answer is kept for a second."""

from __future__ import annotations

import time

from targets.middleware_check.service import CHECK_S, make_service
from targets.observing import Count

_KEPT_FOR_S = 1.0
_checked_at_s = Count(float("-inf"))


async def check() -> None:
    """Check, if the last answer is too old."""
    if time.monotonic() - _checked_at_s.value > _KEPT_FOR_S:
        time.sleep(CHECK_S)  # noqa: ASYNC251 - once a second, as many do
        _checked_at_s.value = time.monotonic()


app = make_service(check)
