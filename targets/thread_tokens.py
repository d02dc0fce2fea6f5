"""anyio's default limiter: how many threads `def` handlers and `to_thread.run_sync` share."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread

from targets.observing import observing


@asynccontextmanager
async def thread_tokens() -> AsyncIterator[None]:
    """Give the running loop's limiter as many tokens as `THREADS` says, and report them.

    The limiter belongs to the loop and is made when it is first asked for, so that it can be set
    only in here. Without `THREADS` it keeps anyio's own number.
    """
    limiter = to_thread.current_default_thread_limiter()
    if threads := os.environ.get("THREADS"):
        limiter.total_tokens = int(threads)
    async with observing(lambda: {"thread_tokens": (limiter.total_tokens, "")}):
        yield
