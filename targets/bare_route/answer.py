"""The answer of `GET /bare`, byte for byte the same in all variants."""

from __future__ import annotations

import threading
import time

from targets.observing import Count, observe

BODY = b'{"ok":1}'
_EVERY_S = 0.5
_noted_at_s = Count()


def note_thread() -> None:
    """Report twice a second whether the handler runs in the main thread, where the loop is.

    The clock is all that it costs the other requests, and it costs every variant the same.
    """
    now_s = time.monotonic()
    if now_s - _noted_at_s.value < _EVERY_S:
        return
    _noted_at_s.value = now_s
    in_main = threading.current_thread() is threading.main_thread()
    observe({"in_main_thread": (float(in_main), "")})
