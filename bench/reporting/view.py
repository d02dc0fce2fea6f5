"""Views of a run while it goes on, and the choice between them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.text import Text

from bench.model.plan import Plan
from bench.model.progress import ProgressEvent, TrialEnded
from bench.reporting.escaping import visible
from bench.reporting.live import LiveView
from bench.reporting.plain import PlainLines
from bench.reporting.step_line import write_trial_name


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


class QuietView:
    """Shows the failures of trials, and nothing else."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __enter__(self) -> Self:
        """Begin; there is nothing to prepare."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End; there is nothing to restore."""

    def announce(self, event: ProgressEvent) -> None:
        """Show that a trial has failed."""
        if isinstance(event, TrialEnded) and event.failure:
            text = f"{write_trial_name(event.trial)} failed: {event.failure}"
            self._console.print(Text(visible(text)))


def choose_view(
    console: Console,
    plan: Plan,
    estimate_s: Mapping[int, float],
    *,
    keys: str = "",
    quiet: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> View:
    """Choose the live view for a terminal that people look at, else plain lines.

    The file itself is asked: a console that is told to use colour (as CI does) is no terminal, and
    a live view in a log is thousands of lines.

    Args:
        console: where the view shows; standard error, so that standard output stays for results.
        plan: the plan of the run.
        estimate_s: estimated seconds by trial number, of those trials that are to be run.
        keys: what keys mean, in a line; empty: there are none.
        quiet: whether to show nothing but what has gone wrong.
        clock: seconds that only grow.
    """
    if quiet:
        return QuietView(console)
    if console.file.isatty() and not console.is_dumb_terminal:
        return LiveView(console, plan, estimate_s, keys=keys, clock=clock)
    return PlainLines(console.file, plan, estimate_s, clock=clock)
