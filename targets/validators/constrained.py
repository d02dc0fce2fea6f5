"""Constraints that pydantic checks in Rust: a longest text, a smallest number."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from targets.validators.models import make_model
from targets.validators.service import make_service

app = make_service(
    make_model(
        "Record", text=Annotated[str, Field(max_length=40)], count=Annotated[int, Field(gt=0)]
    )
)
