"""A gate's report in Markdown (GitHub's), for `--format md`, job summaries and comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import Final

from bench.model.gate import GateFailure, GateReport, GateRow, GateVerdict
from bench.reporting.escaping import escape_markdown, visible
from bench.reporting.gate_fitting import Part, fit_parts, shorten
from bench.reporting.gate_header import build_gate_header, build_gate_title
from bench.reporting.gate_reasons import build_gate_reasons, troubled_rows
from bench.reporting.gate_sections import write_evidence
from bench.reporting.gate_self_check import build_self_check_tables
from bench.reporting.gate_table import build_gate_table
from bench.reporting.markdown import write_markdown_table
from bench.reporting.table import Table

SUMMARY_BYTES: Final = 1_000_000
"""GitHub refuses a step's summary of more than 1 MiB; the workflow may add to it too."""

_OPEN_ROWS: Final = 10
"""Up to so many rows make one table; of more, those that passed are folded away."""
_OPEN_LINES: Final = 5
"""Up to so many notices are shown; more are folded away."""
_TEXT_CHARACTERS: Final = 1_000
"""What is kept of a text in the head, which is never cut: escaped, it is five times that at most,
and so the head fits into a comment."""
_LINE_CHARACTERS: Final = 500
"""What is kept of a line of evidence, a reason or a notice."""


def write_gate_markdown(report: GateReport, *, name: str = "", room: int = SUMMARY_BYTES) -> str:
    """Write the report: the verdict in full, and of the rest as much as there is room for.

    Args:
        report: what the gate found.
        name: tells this gate from others, such as its experiment file.
        room: bytes in UTF-8; the verdict is kept all the same.
    """
    return fit_parts(_head(report, name), tuple(_parts(report)), room)


def _head(report: GateReport, name: str) -> str:
    title = build_gate_title(report).capitalize()
    verdict, *facts = (_escape(text) for text in build_gate_header(report))
    blocks = [
        f"## {title}{f' ({_escape(name)})' if name else ''}",
        verdict,
        *(_head_of_failure(report.failure) if report.failure else ()),
        _bullets(facts),
    ]
    return "\n\n".join(blocks)


def _head_of_failure(failure: GateFailure) -> Iterator[str]:
    yield f"**What went wrong:** {_escape(' '.join(failure.message.split()))}"
    if failure.hint:
        yield f"**What to do:** {_escape(' '.join(failure.hint.split()))}"


def _parts(report: GateReport) -> Iterator[Part]:
    """Order the parts by how much a reader would miss them."""
    yield from _rows(report.rows)
    yield _list("reasons", "Why these are no pass", build_gate_reasons(report.rows))
    if report.self_check:
        for table in build_self_check_tables(report.self_check):
            yield _table("rows of the self-check", table)
    yield _list("notices", "Notices", report.notices)
    if report.failure:
        yield _evidence(write_evidence(report.failure))


def _rows(rows: Sequence[GateRow]) -> Iterator[Part]:
    if len(rows) <= _OPEN_ROWS:
        yield _table("rows", build_gate_table(rows))
        return
    yield _table("rows that are no pass", build_gate_table(troubled_rows(rows)))
    passed = [row for row in rows if row.verdict is GateVerdict.PASS]
    summary = f"{len(passed)} rows passed"
    yield _table("rows that passed", build_gate_table(passed), summary=summary)


def _table(items: str, table: Table, *, summary: str = "") -> Part:
    def write(count: int) -> str:
        text = write_markdown_table(table.model_copy(update={"rows": table.rows[:count]}))
        return _fold(summary, text) if summary else text

    return Part(items, len(table.rows), write)


def _list(items: str, title: str, texts: Sequence[str]) -> Part:
    escaped = [_escape(text, _LINE_CHARACTERS) for text in texts]

    def write(count: int) -> str:
        bullets = _bullets(escaped[:count])
        return _fold(title, bullets) if count > _OPEN_LINES else f"**{title}**\n\n{bullets}"

    return Part(items, len(texts), write)


def _evidence(lines: Sequence[str]) -> Part:
    """Show the last lines where not all fit: the end of a log says most."""
    shown = [shorten(visible(line), _LINE_CHARACTERS) for line in lines]
    return Part("lines of evidence", len(lines), partial(_write_evidence, shown))


def _write_evidence(lines: Sequence[str], count: int) -> str:
    kept = lines[len(lines) - count :]
    fence = "`" * max(3, 1 + _longest_run(kept))
    return _fold("Evidence", "\n".join((f"{fence}text", *kept, fence)))


def _longest_run(lines: Iterable[str]) -> int:
    """Return the length of the longest run of backticks, which would close a shorter fence."""
    runs = (
        len(list(run)) for line in lines for character, run in groupby(line) if character == "`"
    )
    return max(runs, default=0)


def _fold(summary: str, text: str) -> str:
    # Markdown inside of HTML is only read as such after an empty line
    return f"<details>\n<summary>{summary}</summary>\n\n{text}\n\n</details>"


def _bullets(escaped: Iterable[str]) -> str:
    return "\n".join(f"- {text}" for text in escaped)


def _escape(text: str, most: int = _TEXT_CHARACTERS) -> str:
    return escape_markdown(shorten(visible(text), most))
