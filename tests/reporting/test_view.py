from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

from rich.console import Console

from bench.model.progress import Notice, TrialBegan, TrialEnded
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


def test_a_quiet_run_tells_of_failures_alone(
    make_plan: Build, make_planned: Build, make_judged: Build, hostile: str
) -> None:
    console = Console(file=Terminal(), width=200, _environ={"TERM": "xterm"})
    trial = make_planned()
    with choose_view(console, make_plan(), {}, quiet=True) as view:
        view.announce(TrialBegan(trial=trial))
        view.announce(Notice(text="starting services"))
        view.announce(TrialEnded(trial=trial, steps=(make_judged(),), failure=None))
        assert console.file.getvalue() == ""  # type: ignore[attr-defined]
        view.announce(TrialEnded(trial=trial, steps=(), failure=hostile))
    told = console.file.getvalue()  # type: ignore[attr-defined]
    assert "blocking-call blocking-client failed: <b>[red]a|b*" in told
    assert "\x1b[2J" not in told
