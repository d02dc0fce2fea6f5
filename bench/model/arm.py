"""Arms: the two sides of a duet, which are loaded at the same time."""

from __future__ import annotations

from typing import Final, Literal

Arm = Literal["baseline", "candidate"]

Mode = Literal["solo", "duet"]
"""One target at a time, or both at once."""

ARMS: Final[tuple[Arm, Arm]] = ("baseline", "candidate")
