"""What `POST /sum` makes of its body: how many items there are, and the sum of their amounts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from fastapi import Response
from pydantic import TypeAdapter
from typing_extensions import TypedDict  # as pydantic asks for below Python 3.12


class Item(TypedDict):
    """One of the many."""

    id: int
    name: str
    amount: int


ITEMS: TypeAdapter[list[Item]] = TypeAdapter(list[Item])


def parse(body: bytes) -> list[Any]:
    """Parse with the standard library, which holds the interpreter's lock all the while."""
    items: list[Any] = json.loads(body)
    return items


def parse_and_sum(body: bytes) -> tuple[int, int]:
    """Parse, and return no more than the answer needs."""
    return total(parse(body))


def validate(body: bytes) -> list[Item]:
    """Parse and validate in pydantic's Rust, which holds the lock as well."""
    return ITEMS.validate_json(body)


def total(items: Sequence[Any]) -> tuple[int, int]:
    """Return how many items there are, and the sum of their amounts."""
    return len(items), sum(item["amount"] for item in items)


def answer(found: tuple[int, int]) -> Response:
    """Answer with number and sum."""
    return Response(b'{"items":%d,"amount":%d}' % found, media_type="application/json")
