"""A union that is told apart by one field."""

from __future__ import annotations

from typing import Annotated, Any, Union

from pydantic import Field

from targets.validators.service import make_service
from targets.validators.unions import make_kinds, record_of_last_kind

_kinds: Any = Union[tuple(make_kinds())]  # noqa: UP007 - made at run time
app = make_service(Annotated[_kinds, Field(discriminator="kind")], record_of_last_kind)
