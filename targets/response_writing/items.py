"""The items that `GET /items` answers, as many as the stratum says, as dicts and as models."""

from __future__ import annotations

import os
from typing import Any

from pydantic import BaseModel


class Item(BaseModel):
    """One item."""

    id: int
    name: str
    tags: list[str]
    price: float
    in_stock: bool


DICTS: list[dict[str, Any]] = [
    {
        "id": number,
        "name": f"item-{number}",
        "tags": ["new", "sale"],
        "price": number + 0.5,
        "in_stock": number % 2 == 0,
    }
    for number in range(int(os.environ["STRATUM_ITEMS"]))
]
MODELS = [Item.model_validate(each) for each in DICTS]
