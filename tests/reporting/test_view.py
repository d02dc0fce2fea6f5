from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

from rich.console import Console

from bench.reporting.live import LiveView
from bench.reporting.plain import PlainLines
from bench.reporting.view import choose_view

Build = Callable[..., Any]


class Terminal(StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_the_live_view(make_plan: Build) -> None:
    console = Console(file=Terminal(), _environ={"TERM": "xterm"})
    assert isinstance(choose_view(console, make_plan(), {}), LiveView)


def test_a_dumb_terminal_gets_plain_lines(make_plan: Build) -> None:
    console = Console(file=Terminal(), _environ={"TERM": "dumb"})
    assert isinstance(choose_view(console, make_plan(), {}), PlainLines)


def test_a_log_gets_plain_lines_even_where_colour_is_forced(make_plan: Build) -> None:
    console = Console(file=StringIO(), force_terminal=True, _environ={"FORCE_COLOR": "1"})
    assert isinstance(choose_view(console, make_plan(), {}), PlainLines)
