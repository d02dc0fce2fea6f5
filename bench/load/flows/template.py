"""Templates: text in which `${name}` stands for a value; `$${` stands for `${` itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_NAME: Final = re.compile(r"\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}")

Values = Mapping[str, Any]


class MissingValueError(LookupError):
    """A template names a value that no earlier answer has given."""


class Template:
    """A text with places for values.

    >>> Template("/orders/${id}").render({"id": 7})
    '/orders/7'
    """

    __slots__ = ("_parts", "names")

    def __init__(self, text: str) -> None:
        self._parts: list[tuple[bool, str]] = []  # whether it is a name, and the name or the text
        end = 0
        for match in _NAME.finditer(text):
            self._parts.append((False, text[end : match.start()]))
            name = match.group(1)
            self._parts.append((False, "${") if name is None else (True, name))
            end = match.end()
        self._parts.append((False, text[end:]))
        self.names = frozenset(part for is_name, part in self._parts if is_name)
        """The values that it needs."""

    def render(self, values: Values) -> str:
        """Return the text with values in their places.

        Raises:
            MissingValueError: one of them does not exist.
        """
        try:
            return "".join(
                as_text(values[part]) if is_name else part for is_name, part in self._parts
            )
        except KeyError as error:
            raise MissingValueError(f"there is no value {error.args[0]!r}") from None


def as_text(value: Any) -> str:
    """Return a value as it stands in a URL or a body: true and false in lower case."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def names_in(document: Any) -> frozenset[str]:
    """Return the values that the texts in a document need, however deep they lie."""
    match document:
        case str():
            return Template(document).names
        case dict():
            return frozenset().union(
                *(names_in(each) for pair in document.items() for each in pair)
            )
        case list() | tuple():
            return frozenset().union(*map(names_in, document))
        case _:
            return frozenset()


def fill(document: Any, values: Values) -> Any:
    """Return a document with values in the places of its texts.

    A text that is nothing but one place takes the value as it is, so that numbers stay numbers.

    Raises:
        MissingValueError: a value does not exist.

    >>> fill({"id": "${id}", "label": "no. ${id}"}, {"id": 7})
    {'id': 7, 'label': 'no. 7'}
    """
    match document:
        case str():
            return _fill_text(document, values)
        case dict():
            return {
                Template(key).render(values): fill(each, values) for key, each in document.items()
            }
        case list() | tuple():
            return [fill(each, values) for each in document]
        case _:
            return document


def _fill_text(text: str, values: Values) -> Any:
    alone = _NAME.fullmatch(text)
    if alone is None or alone.group(1) is None:
        return Template(text).render(values)
    try:
        return values[alone.group(1)]
    except KeyError as error:
        raise MissingValueError(f"there is no value {error.args[0]!r}") from None
