"""asyncio's loop on `select`, the way that came before epoll: it looks through all descriptors."""

from __future__ import annotations

import asyncio
import selectors


def new_loop() -> asyncio.AbstractEventLoop:
    """Make a loop for uvicorn."""
    return asyncio.SelectorEventLoop(selectors.SelectSelector())
