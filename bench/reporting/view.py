"""Views of a run while it goes on, and the choice between them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console

from bench.model.plan import Plan
from bench.model.progress import ProgressEvent
from bench.reporting.live import LiveView
from bench.reporting.plain import PlainLines


class View(Protocol):
    """Something that is told what happens during a run, and shows it."""

    def __enter__(self) -> Self:
        """Begin to show."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the terminal as it was, whatever happened."""

    def announce(self, event: ProgressEvent) -> None:
        """Take note of an event and show it."""


def choose_view(
    console: Console,
    plan: Plan,
    estimate_s: Mapping[int, float],
    *,
    clock: Callable[[], float] = time.monotonic,
) -> View:
    """Choose the live view for a terminal that people look at, else plain lines.

    The file itself is asked: a console that is told to use colour (as CI does) is no terminal, and
    a live view in a log is thousands of lines.

    Args:
        console: where the view shows; standard error, so that standard output stays for results.
        plan: the plan of the run.
        estimate_s: estimated seconds by trial number, of those trials that are to be run.
        clock: seconds that only grow.
    """
    if console.file.isatty() and not console.is_dumb_terminal:
        return LiveView(console, plan, estimate_s, clock=clock)
    return PlainLines(console.file, plan, estimate_s, clock=clock)
