from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.errors import BenchError, TargetStartError
from bench.reporting.errors_text import print_error, write_error

Build = Callable[..., Any]


def test_an_error_is_message_evidence_and_hint() -> None:
    error = TargetStartError("It never became ready.", hint="Look.", evidence=("a", "b\nc", ""))
    assert write_error(error) == (
        "error: It never became ready.",
        "  a",
        "  b",
        "  c",
        "  ",
        "hint: Look.",
    )


def test_an_error_may_be_a_message_alone_or_several_lines() -> None:
    assert write_error(BenchError("one\ntwo")) == ("error: one", "  two")
    assert write_error(BenchError("")) == ("error:",)


def test_the_end_of_a_log_moves_no_cursor_and_is_no_markup(
    make_console: Build, text_of: Build
) -> None:
    console = make_console(width=20)
    print_error(console, BenchError("[red]x" + "y" * 40, evidence=("\x1b[2J\u202e",)))
    assert text_of(console) == f"error: [red]x{'y' * 40}\n  \\x1b[2J\\u202e\n"


def test_on_a_terminal_the_words_catch_the_eye(make_console: Build, text_of: Build) -> None:
    console = make_console(force_terminal=True, color_system="standard")
    print_error(console, BenchError("no", hint="yes"))
    assert "\x1b[1;31merror:\x1b[0m no" in text_of(console)
    assert "\x1b[1mhint:\x1b[0m yes" in text_of(console)
