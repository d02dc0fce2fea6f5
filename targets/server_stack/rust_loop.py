"""The event loop of rloop, which is written in Rust: what uvicorn's `--loop` names."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from targets.server_stack.apart import import_apart

_rloop = import_apart("rloop")


def new_event_loop() -> AbstractEventLoop:
    """Make a loop."""
    loop: AbstractEventLoop = _rloop.new_event_loop()
    return loop
