"""A union that is tried member by member."""

from __future__ import annotations

from typing import Union

from targets.validators.service import make_service
from targets.validators.unions import make_kinds, record_of_last_kind

app = make_service(Union[tuple(make_kinds())], record_of_last_kind)  # noqa: UP007 - made at run time
