"""A validator in Python before pydantic's own, for each of the ten names."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

from targets.validators.models import make_model
from targets.validators.service import make_service


def strip(given: Any) -> Any:
    """Take blanks away, if it is a text at all: nothing has been validated yet."""
    return given.strip() if isinstance(given, str) else given


app = make_service(make_model("Record", text=Annotated[str, BeforeValidator(strip)]))
