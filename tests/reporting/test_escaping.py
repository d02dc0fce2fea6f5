from __future__ import annotations

import csv
import unicodedata
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.reporting.escaping import escape_csv_text, escape_markdown, visible


@given(st.text())
def test_no_hidden_character_is_left(text: str) -> None:
    for escape in (visible, escape_markdown, escape_csv_text):
        categories = {unicodedata.category(character) for character in escape(text)}
        assert not categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(st.text())
def test_markdown_has_no_raw_tag_or_pipe_or_mention(text: str) -> None:
    escaped = escape_markdown(text)
    assert not set("<>@") & set(escaped)
    assert escaped.replace(r"\\", "").count("|") == escaped.replace(r"\\", "").count(r"\|")


@given(st.text())
def test_a_spreadsheet_never_sees_a_formula(text: str) -> None:
    out = StringIO()
    csv.writer(out).writerow([escape_csv_text(text)])
    ((cell,),) = csv.reader(StringIO(out.getvalue()))
    assert cell.lstrip()[:1] not in tuple("=+-@")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("grün 速い", "grün 速い"),
        ("a\tb\r\nc", r"a\tb\r\nc"),
        ("\x00\x7f\x9b", r"\x00\x7f\x9b"),
        ("\u202eabc\u2066", r"\u202eabc\u2066"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_hidden_characters_are_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_html_and_markdown_are_text() -> None:
    assert escape_markdown("<i>&amp;[x](y) *z*") == r"&lt;i&gt;&amp;amp;\[x\](y) \*z\*"
