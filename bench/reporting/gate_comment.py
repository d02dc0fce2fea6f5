"""The body of a comment on a pull request, which its workflow finds again and updates."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from bench.model.gate import GateReport
from bench.reporting.gate_markdown import write_gate_markdown

COMMENT_BYTES: Final = 60_000
"""GitHub takes 65,536 characters; the rest is for what a workflow may add."""

_MARKER: Final = "pairbench-gate"


def write_gate_comment(report: GateReport, *, name: str = "") -> str:
    """Write the comment, its marker on the first line.

    Args:
        report: what the gate found.
        name: as in `write_marker`; it stands in the heading as well.
    """
    marker = write_marker(name)
    room = COMMENT_BYTES - len(marker)
    return f"{marker}\n{write_gate_markdown(report, name=name, room=room)}"


def write_marker(name: str = "") -> str:
    """Write the line that nobody sees and that stays the same from one push to the next.

    Args:
        name: tells this gate from others of the same pull request, such as its experiment file
            relative to the repository's root.

    >>> write_marker("bench.toml"), write_marker("a --> b")
    ('<!-- pairbench-gate bench.toml -->', '<!-- pairbench-gate a%20-%2D%3E%20b -->')
    """
    # "--" may not stand inside a comment, and ">" could end it
    words = (_MARKER, quote(name).replace("--", "-%2D"))
    return f"<!-- {' '.join(word for word in words if word)} -->"
