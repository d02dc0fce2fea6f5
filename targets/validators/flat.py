"""Thirty fields, and nothing but their types."""

from __future__ import annotations

from targets.validators.models import make_model
from targets.validators.service import make_service

app = make_service(make_model("Record"))
