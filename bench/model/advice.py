"""Advice: what about a machine gets in the way of measuring, and what to do."""

from __future__ import annotations

from typing import Literal

from bench.model.record import Record


class Advice(Record):
    """One property of the machine, how good it is for measuring, and what to do about it."""

    topic: str
    state: Literal["good", "fair", "bad"]
    finding: str
    remedy: str = ""
