"""What the generator is told before it starts: its configuration file and its environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from bench.load.failure import DriverFailure

Connections = Literal["keep-alive", "close"]
Arrivals = Literal["even", "poisson"]


@dataclass(frozen=True, slots=True)
class FlowStep:
    """One request of a declared flow; `think` is in seconds.

    Places in an answer are `status`, `body`, `header:NAME`, `json:$.a.b[0]`.
    """

    path: str
    method: str = "GET"
    name: str | None = None
    weight: float | None = None
    """Steps with weights that stand next to each other are a choice."""
    headers: Mapping[str, str] | None = None
    json: Any = None
    body: str | None = None
    think: float = 0.0
    status: int | None = None
    expect: Mapping[str, Any] = field(default_factory=dict)
    """What an answer has in places."""
    extract: Mapping[str, str] = field(default_factory=dict)
    """Names of values, and the places that they are taken from."""


@dataclass(frozen=True, slots=True)
class BystanderPlan:
    """A trivial route that is called evenly, `rate` times a second, beside the users."""

    rate: float
    path: str


@dataclass(frozen=True, slots=True)
class LoadConfig:
    """How to load which target."""

    host: str
    scenario: Path | None = None
    flow: tuple[FlowStep, ...] = ()
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What `${name}` in a flow stands for; see `bench.load.flows.values`."""
    stream: Mapping[str, Any] | None = None
    """A declared stream; see `bench.load.streams`."""
    connections: Connections = "keep-alive"
    bystander: BystanderPlan | None = None
    arrivals: Arrivals = "even"
    timeout_s: float = 60.0
    connect_timeout_s: float | None = None
    first_byte_timeout_s: float | None = None
    allow_remote: bool = False
    """Whether a host may be loaded that is not loopback."""
    max_users: int = 1000

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a configuration file.

        Raises:
            DriverFailure: it can't be read, or something in it is not as it must be.
        """
        try:
            fields = json.loads(path.read_text())
            fields["scenario"] = Path(fields["scenario"]) if fields.get("scenario") else None
            fields["flow"] = tuple(FlowStep(**step) for step in fields.get("flow") or ())
            if fields.get("bystander"):
                fields["bystander"] = BystanderPlan(**fields["bystander"])
            config = cls(**fields)
            config.check()
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise DriverFailure(
                "generator", f"The generator's configuration {path} can't be used: {error}"
            ) from error
        return config

    def check(self) -> None:
        """Refuse what can't be run.

        Raises:
            ValueError: the message names the field and the value seen.
        """
        if sum(map(bool, (self.scenario, self.flow, self.stream))) != 1:
            raise ValueError("it has not exactly one of scenario, flow and stream")
        if self.connections not in ("keep-alive", "close"):
            raise ValueError(f"connections is keep-alive or close, not {self.connections!r}")
        if self.arrivals not in ("even", "poisson"):
            raise ValueError(f"arrivals is even or poisson, not {self.arrivals!r}")
        for name in ("timeout_s", "connect_timeout_s", "first_byte_timeout_s"):
            limit_s = getattr(self, name)
            if limit_s is not None and not limit_s > 0:
                raise ValueError(f"{name} is above 0, not {limit_s!r}")
        if self.max_users < 1:
            raise ValueError(f"max_users is at least 1, not {self.max_users!r}")
        if self.bystander is not None and not self.bystander.rate > 0:
            raise ValueError(f"bystander.rate is above 0, not {self.bystander.rate!r}")


@dataclass(frozen=True, slots=True)
class DriverEnvironment:
    """What the driver protocol passes in environment variables."""

    control_fd: int
    slices: Path

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Self:
        """Read the variables.

        Raises:
            DriverFailure: one is missing, or is no number where it must be.
        """
        try:
            return cls(
                control_fd=int(variables["PAIRBENCH_CONTROL_FD"]),
                slices=Path(variables["PAIRBENCH_SLICES"]),
            )
        except (KeyError, ValueError) as error:
            raise DriverFailure(
                "generator",
                f"The environment lacks what the driver protocol promises: {error}. "
                "`python -m bench.load` is started by `bench run`, not by hand.",
            ) from error
