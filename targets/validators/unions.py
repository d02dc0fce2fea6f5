"""Four kinds of the record, told apart by their `kind`; what is sent is of the last."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, create_model

from targets.validators.models import make_model
from targets.validators.service import flat_record

_NAMES = ("first", "second", "third", "fourth")


def make_kinds() -> list[type[BaseModel]]:
    """Make one model for each kind."""
    record = make_model("Record")
    kinds: list[tuple[str, Any]] = [(name, (Literal[name], ...)) for name in _NAMES]
    return [create_model(name.title(), __base__=record, kind=kind) for name, kind in kinds]


def record_of_last_kind() -> dict[str, Any]:
    """Make a record of the kind that a union tries last."""
    return {**flat_record(), "kind": _NAMES[-1]}
