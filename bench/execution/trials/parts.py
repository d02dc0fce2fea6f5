"""Parts: who does what in a trial; a duet has a part for each arm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.errors import TargetError
from bench.execution.targets.ports import free_port
from bench.model.arm import ARMS, Arm
from bench.model.plan import PlannedTrial
from bench.storage.run_folder import arm_folder


@dataclass(frozen=True)
class Part:
    """The part of one target in a trial: the whole of it, or an arm of a duet."""

    trial: PlannedTrial
    folder: Path
    """Takes what is recorded of it."""
    arm: Arm | None = None
    port: int = field(default_factory=free_port)
    """Where its target is to listen, unless somebody takes the port first."""

    def choosing_port(self) -> Callable[[], int]:
        """Return what names that port once; whoever asks again found it taken."""
        named = iter((self.port,))
        return lambda: next(named, None) or free_port()

    @property
    def variant(self) -> str:
        """The name of the variant that is started."""
        if self.arm == "baseline" and self.trial.baseline is not None:
            return self.trial.baseline
        return self.trial.variant

    @property
    def label(self) -> str:
        """What messages call it."""
        return self.variant if self.arm is None else f"{self.variant} ({self.arm})"


def share_out(trial: PlannedTrial, folder: Path) -> tuple[Part, ...]:
    """Return the parts of a trial: the only one, or baseline and candidate.

    Of two arms the one that starts first gets the lower of two free ports.
    """
    if trial.mode == "solo":
        return (Part(trial, folder),)
    ports = sorted(_two_free_ports(), reverse=trial.starts_first != "baseline")
    return tuple(
        Part(trial, arm_folder(folder, arm), arm, port)
        for arm, port in zip(ARMS, ports, strict=True)
    )


@contextmanager
def naming_arm(arm: Arm | None) -> Iterator[None]:
    """Let errors of a target name the arm of the duet that it was."""
    try:
        yield
    except TargetError as error:
        error.arm = error.arm or arm
        raise


def _two_free_ports() -> set[int]:
    ports: set[int] = set()
    while len(ports) < 2:
        ports.add(free_port())
    return ports
