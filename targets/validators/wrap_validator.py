"""A validator in Python around pydantic's own, for each of the ten names."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ValidatorFunctionWrapHandler, WrapValidator

from targets.validators.models import make_model
from targets.validators.service import make_service


def strip(given: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """Take blanks away from what pydantic has accepted."""
    return handler(given).strip()


app = make_service(make_model("Record", text=Annotated[str, WrapValidator(strip)]))
