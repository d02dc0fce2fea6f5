"""The formats of a gate's report on standard output."""

from __future__ import annotations

from enum import StrEnum


class GateFormat(StrEnum):
    """What a gate prints."""

    TERMINAL = "terminal"
    MD = "md"
    GITHUB = "github"
