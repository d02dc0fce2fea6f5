"""What a caller can change in experiments when a run is planned."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from bench.model.claim import Evidence
from bench.model.experiment import PresetLoad, PresetName
from bench.model.plan import Fleet, PinMode
from bench.model.record import Record

PRESETS: Final[dict[PresetName, PresetLoad]] = {
    "smoke": PresetLoad(window=2.0, repetitions=1),
    "quick": PresetLoad(window=4.0, repetitions=2),
    "article": PresetLoad(),
}
"""What a preset changes where an experiment file says nothing of it."""


class PlanOptions(Record):
    """The choices of a caller; None leaves to the preset, then to the file, what it says."""

    preset: PresetName | None = None
    users: tuple[int, ...] | None = None
    rate: tuple[float, ...] | None = None
    window_s: float | None = None
    repetitions: int | None = None
    variants: tuple[str, ...] | None = None
    seed: int = 0
    pin: PinMode = "auto"
    allow_remote: bool = False
    fleet: Fleet | None = None
    again: int = 0
    deciding: dict[str, tuple[Evidence, ...]] = Field(default_factory=dict)
    """Checks by experiment: what none of them looks at is measured once, and not repeated.

    Experiments that are not named here are repeated as a whole.
    """
    duet: bool | None = None
    """Whether the baseline and one other variant at a time are loaded together.

    None: where the experiment says so.
    """
