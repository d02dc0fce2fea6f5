r"""Escaping: text that others wrote, made to show as the text it is.

Names, titles and error texts come from experiment files, targets and Locust users. None of it may
move a cursor, start a column or a tag, or be run by a spreadsheet:

- control, format and bidirectional characters become visible (`\x1b`, `\n`, `\u202e`) everywhere;
- Markdown's own characters are escaped, HTML becomes entities, and so does `@`, which would call
  people by name in a pull request;
- CSV: a spreadsheet runs a cell that starts with `=`, `+`, `-` or `@`, quoted or not, so such a
  text (never a number) gets an apostrophe in front. JSON has the text unchanged.

For the terminal nothing more is needed than `visible`: rich's markup is not parsed in a `Text`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SHORT: Final = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"}
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]#|~$])")
_FORMULA: Final = re.compile(r"\s*[=+\-@]")


def visible(text: str) -> str:
    r"""Write characters that can't be seen, or that reorder others, as escapes.

    >>> visible("a\x1b[2Jb\n")
    'a\\x1b[2Jb\\n'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def escape_markdown(text: str) -> str:
    r"""Escape a text for a line or a table cell of Markdown.

    >>> escape_markdown("<b>|x|")
    '&lt;b&gt;\\|x\\|'
    """
    backslashed = _MARKDOWN.sub(r"\\\1", visible(text).replace("&", "&amp;"))
    for character, entity in _ENTITIES.items():
        if character != "&":
            backslashed = backslashed.replace(character, entity)
    return backslashed


def escape_csv_text(text: str) -> str:
    """Keep a spreadsheet from running a text; the csv module quotes it.

    >>> escape_csv_text("=1+1"), escape_csv_text("GET /")
    ("'=1+1", 'GET /')
    """
    shown = visible(text)
    return f"'{shown}" if _FORMULA.match(shown) else shown


def _visible_character(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
