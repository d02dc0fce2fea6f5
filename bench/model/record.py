"""What all records share."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A value that never changes once made, and has no fields but those it declares."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_inf_nan="null", serialize_by_alias=True
    )
