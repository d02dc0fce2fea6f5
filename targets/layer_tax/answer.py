"""What every layer answers, after as long a wait as the stratum says."""

from __future__ import annotations

import json
import os

from pydantic import BaseModel

WAIT_S = float(os.environ["STRATUM_WAIT_MS"]) / 1000
ITEM = {"id": 7, "name": "item-7", "tags": ["new", "sale"], "price": 12.5, "in_stock": True}
BODY = json.dumps(ITEM, separators=(",", ":")).encode()


class Item(BaseModel):
    """The answer as a model."""

    id: int
    name: str
    tags: list[str]
    price: float
    in_stock: bool
