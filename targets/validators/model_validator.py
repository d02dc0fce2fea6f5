"""One validator in Python for the record as a whole."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, model_validator

from targets.validators.models import make_model
from targets.validators.service import make_service


class Checked(BaseModel):
    """A record that looks at itself once it is whole."""

    @model_validator(mode="after")
    def _counts(self) -> Any:
        if not self.__dict__:
            raise ValueError("an empty record")
        return self


app = make_service(make_model("Record", base=Checked))
