"""A duration as people write it in files, seconds inside."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from bench.units import parse_duration_s

_TEXT = {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*(us|µs|ms|s|min|m|h)?\s*$"}
_SECONDS = {"type": "number", "minimum": 0}

Duration = Annotated[
    float,
    BeforeValidator(parse_duration_s),
    WithJsonSchema(
        {
            "anyOf": [_TEXT, _SECONDS],
            "description": 'a duration such as "100ms", "6s" or "2m"; a bare number is in seconds',
        }
    ),
]
