"""Bind this process to cores, where the system can do that."""

from __future__ import annotations

import os
from collections.abc import Sequence


def can_pin() -> bool:
    """Tell whether this system binds processes to cores; macOS does not."""
    return hasattr(os, "sched_setaffinity")


def pin_self(cores: Sequence[int]) -> None:
    """Bind the harness to cores away from the target; without cores, leave it as it is."""
    if cores and can_pin():
        os.sched_setaffinity(0, cores)
