"""Makes models of thirty fields out of types: they would be thirty lines each, written out."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, create_model

from targets.validators.service import FIELDS


def make_model(
    name: str,
    *,
    text: Any = str,
    count: Any = int,
    note: Any = str,
    base: type[BaseModel] = BaseModel,
) -> type[BaseModel]:
    """Make a model with ten fields of each of three types."""
    fields: dict[str, Any] = {}
    for number in range(FIELDS):
        fields[f"name_{number}"] = (text, ...)
        fields[f"count_{number}"] = (count, ...)
        fields[f"note_{number}"] = (note, ...)
    return create_model(name, __base__=base, **fields)
