"""Reasons: in words, why a request failed."""

from __future__ import annotations

from typing import Final

MOST_CHARACTERS: Final = 200


def reason_of(said: object) -> str:
    r"""Return what a check said or a request failed with, fit for one line of a table.

    >>> reason_of("no price\nin the answer")
    'no price\\nin the answer'
    """
    text = str(said)
    if not text and isinstance(said, BaseException):
        text = type(said).__name__
    return in_one_line(text)


def reason_of_raised(error: BaseException) -> str:
    """Return what a check raised: what kind of exception, and its text.

    >>> reason_of_raised(KeyError("price")), reason_of_raised(AssertionError())
    ("KeyError: 'price'", 'AssertionError')
    """
    text = str(error)
    return in_one_line(f"{type(error).__name__}: {text}" if text else type(error).__name__)


def reason_of_status(status: int) -> str:
    """Return why an answer with an error status failed.

    >>> reason_of_status(503)
    'status 503'
    """
    return f"status {status}"


def in_one_line(text: str) -> str:
    """Cut a text where it is too long, and escape what moves a terminal's cursor."""
    text = text[:MOST_CHARACTERS]
    if text.isprintable():
        return text
    escaped = (one if one.isprintable() else ascii(one)[1:-1] for one in text)
    return "".join(escaped)[:MOST_CHARACTERS]
