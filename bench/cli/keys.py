"""Keys: single ones, read from the terminal while a run goes on."""

from __future__ import annotations

import asyncio
import os
import sys
import termios
import tty
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def obeying_keys(actions: Mapping[str, Callable[[], None]]) -> Iterator[None]:
    """Call what a key means when it is pressed; Ctrl-C goes on to mean what it does.

    The terminal is given back as it was.

    Args:
        actions: by key, in lower case; with any, there must be a keyboard.
    """
    if not actions:
        yield
        return
    loop = asyncio.get_running_loop()
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)

    def read() -> None:
        for key in os.read(descriptor, 64).decode(errors="ignore").lower():
            if key in actions:
                actions[key]()

    tty.setcbreak(descriptor)
    loop.add_reader(descriptor, read)
    try:
        yield
    finally:
        loop.remove_reader(descriptor)
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def has_keyboard() -> bool:
    """Tell whether keys come from a terminal whose foreground this process is in."""
    try:
        return sys.stdin.isatty() and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False
