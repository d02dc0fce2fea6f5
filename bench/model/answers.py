"""Answers: what a target said to the seeded requests that are sent before load."""

from __future__ import annotations

from bench.model.record import Record
from bench.model.slices import Group


class Answer(Record):
    """One request and the answer to it; `error` instead of a status where none came."""

    method: str
    path: str
    name: str
    status: int | None
    headers: tuple[tuple[str, str], ...]
    body_base64: str
    error: str | None
    service_s: float
    group: Group = "users"


class Difference(Record):
    """Where two variants answered one request differently."""

    request: str
    where: str
    """`status`, `header NAME`, `json $.path`, `body`, or `number of requests`."""
    reference: str
    other: str
