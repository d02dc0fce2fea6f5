"""Declared streams: the users of `[stream]` in an experiment file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.load.failure import DriverFailure
from bench.load.streams.plan import StreamPlan
from bench.load.streams.users import StreamUser


def read_stream_plan(fields: Mapping[str, Any]) -> StreamPlan:
    """Read a configuration's `stream`.

    Raises:
        DriverFailure: something in it can't be.
    """
    try:
        return StreamPlan.read(fields)
    except ValueError as error:
        raise DriverFailure("scenario", f"The declared stream can't be opened: {error}") from error


def build_stream_user(plan: StreamPlan) -> type[StreamUser]:
    """Return the user class of a declared stream."""

    class DeclaredStreamUser(StreamUser):
        """Hold the declared stream."""

        protocol = plan.protocol

        @classmethod
        def declared_plan(cls) -> StreamPlan:
            """Return what was declared."""
            return plan

    return DeclaredStreamUser
