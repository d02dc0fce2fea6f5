"""Errors for people: what happened, what shows it, and what to do."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from bench.errors import BenchError
from bench.reporting.escaping import visible

_STYLES = {"error:": "bold red", "hint:": "bold"}


def write_error(error: BenchError) -> tuple[str, ...]:
    """Write an error as lines: the message, its evidence indented, the hint."""
    return (
        *_paragraph("error:", error.message),
        *(f"  {visible(line)}" for text in error.evidence for line in text.splitlines() or [""]),
        *(_paragraph("hint:", error.hint) if error.hint else ()),
    )


def print_error(console: Console, error: BenchError) -> None:
    """Print an error; long lines are left to the terminal, so that they can be copied whole."""
    for line in write_error(error):
        text = Text(line)
        for word, style in _STYLES.items():
            if line.startswith(word):
                text.stylize(style, 0, len(word))
        console.print(text, soft_wrap=True)


def _paragraph(word: str, text: str) -> Iterable[str]:
    first, *rest = text.splitlines() or [""]
    yield f"{word} {visible(first)}".rstrip()
    for line in rest:
        yield f"  {visible(line)}"
