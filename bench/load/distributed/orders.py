"""What the harness orders of a fleet: how many workers, and where they find their master."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bench.load.failure import DriverFailure


@dataclass(frozen=True, slots=True)
class FleetOrder:
    """A fleet, as its configuration file describes it."""

    workers: int
    host: str
    port: int
    """0: any that is free."""
    wait_s: float
    """How long all workers together may take to join."""
    variables: tuple[str, ...] = ()
    """Which variables of the master's environment workers need too."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a configuration file.

        Raises:
            DriverFailure: it can't be read, or something in it is not as it must be.
        """
        try:
            fields = json.loads(path.read_text())
            return cls(**fields | {"variables": tuple(fields.get("variables") or ())})
        except (OSError, ValueError, TypeError) as error:
            raise DriverFailure(
                "generator", f"The fleet's configuration {path} can't be used: {error}"
            ) from error
