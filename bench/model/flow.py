"""Declared flows: a scenario that is data."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from bench.model.duration import Duration
from bench.model.record import Record


class FlowRequest(Record):
    """One request of a declared flow; a user sends them in order, again and again."""

    path: str = Field(description="path and query, starting with a slash")
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = "GET"
    name: str | None = Field(None, description="the name in tables; default: method and path")
    headers: dict[str, str] = Field(default_factory=dict)
    json_body: Any = Field(None, alias="json", description="a body sent as JSON")
    body: str | None = Field(None, description="a body sent as it stands")
    think: Duration = Field(0.0, description="how long the user waits after the answer")
    status: int | None = Field(None, description="the status that is right; default: any below 400")

    @model_validator(mode="after")
    def _is_sendable(self) -> FlowRequest:
        if not self.path.startswith("/"):
            raise ValueError(f"path starts with a slash, not {self.path!r}")
        if self.json_body is not None and self.body is not None:
            raise ValueError("a request has json or body, not both")
        return self
