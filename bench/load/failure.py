"""Why the driver can't go on; told to the harness as an `error` event."""

from __future__ import annotations

from typing import Literal

FailureKind = Literal["scenario", "storage", "resources", "fleet", "generator"]


class DriverFailure(Exception):  # noqa: N818 - "error" is the event; this is what ends the driver
    """Stop the driver; `message` is for the person who runs the experiment."""

    def __init__(self, kind: FailureKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
