"""Load levels: how much load a step puts on a target, and in which model."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bench.model.record import Record


class Users(Record):
    """Closed model: a fixed number of users, each sending again when it was answered."""

    users: Annotated[int, Field(strict=True, gt=0, le=1_000_000)]

    def __str__(self) -> str:
        return f"{self.users} user{'s' if self.users > 1 else ''}"


class ArrivalRate(Record):
    """Open model: requests are sent on a schedule, answered or not; `rate` is per second."""

    rate: Annotated[float, Field(gt=0, le=10_000_000)]

    def __str__(self) -> str:
        return f"{self.rate:g}/s"


LoadLevel = Users | ArrivalRate
