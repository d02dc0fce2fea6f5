"""The same thirty fields, three models deep."""

from __future__ import annotations

from typing import Any

from pydantic import create_model

from targets.validators.service import FIELDS, flat_record, make_service


def _group(name: str, kind: Any) -> Any:
    fields: dict[str, Any] = {f"{name}_{number}": (kind, ...) for number in range(FIELDS)}
    return create_model(name.title(), **fields)


_NAMES, _COUNTS, _NOTES = _group("name", str), _group("count", int), _group("note", str)
_INNER = create_model("Inner", counts=(_COUNTS, ...), notes=(_NOTES, ...))
_RECORD = create_model("Record", names=(_NAMES, ...), inner=(_INNER, ...))


def nested_record() -> dict[str, Any]:
    """Make a record with the same leaves."""
    flat = flat_record()

    def pick(name: str) -> dict[str, Any]:
        return {key: value for key, value in flat.items() if key.startswith(name)}

    return {"names": pick("name"), "inner": {"counts": pick("count"), "notes": pick("note")}}


app = make_service(_RECORD, nested_record)
