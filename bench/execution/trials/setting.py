"""What trials are conducted with: what all of them share, and what each side of a duet has."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.execution.supervision.processes import Supervisor
from bench.execution.trials.comparing_answers import References
from bench.execution.trials.controls import Controls
from bench.execution.trials.fleet import RunFleet
from bench.model.arm import Arm
from bench.model.experiment import Experiment
from bench.model.plan import Placement
from bench.model.progress import ProgressEvent

if TYPE_CHECKING:
    from bench.execution.trials.standing import StandingTarget


def _nobody() -> Sequence[int]:
    return ()


@dataclass(frozen=True)
class Side:
    """What targets are started from: an experiment's variants, its services, an interpreter."""

    experiment: Experiment
    service_env: Mapping[str, str] = field(default_factory=dict)
    service_descriptions: Mapping[str, str] = field(default_factory=dict)
    service_pids: Callable[[], Sequence[int]] = _nobody
    python: str = sys.executable
    """Runs apps, and stands for `{python}` in commands."""
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)


@dataclass(frozen=True)
class TrialSetting:
    """What the trials of one experiment share."""

    supervisor: Supervisor
    experiment: Experiment
    """How the load is driven; a side has the variants."""
    sides: Mapping[Arm | None, Side]
    """Those of a duet's arms, and None for a target that is alone."""
    placement: Placement
    probe_seed: int
    references: References
    announce: Callable[[ProgressEvent], None]
    cores: int
    """Of the machine."""
    allow_remote: bool = False
    """Whether hosts may be loaded that are not loopback."""
    fleet: RunFleet | None = None
    """None: one process generates the load."""
    controls: Controls = field(default_factory=Controls)
    """What somebody at the keyboard wants."""
    attendant: Callable[[TrialSetting, Sequence[StandingTarget]], None] = lambda *_: None
    """Is told of a trial's targets once they stand, before they are loaded."""


def alike(side: Side) -> dict[Arm | None, Side]:
    """Start whatever is started from the same side."""
    return {None: side, "baseline": side, "candidate": side}
