"""No check at all."""

from __future__ import annotations

from targets.middleware_check.service import make_service

app = make_service(None)
