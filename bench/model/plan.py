"""Plans: which trials a run has, in which order, with which steps."""

from __future__ import annotations

from typing import Literal

from bench.model.arm import Arm, Mode
from bench.model.condition import Condition
from bench.model.experiment import Experiment, StratumValue
from bench.model.load_level import LoadLevel
from bench.model.record import Record

PinMode = Literal["auto", "none"]


class PlannedStep(Record):
    """One load level of a trial's ladder, and the length of its window."""

    index: int
    load: LoadLevel
    window_s: float
    spread_s: float = 0.0
    """Its users start over that long, at least."""


class PlannedSearch(Record):
    """What stands in the place of a ladder: where the highest rate that holds is looked for."""

    conditions: tuple[Condition, ...]
    from_per_s: float
    to_per_s: float
    window_s: float


class PlannedTrial(Record):
    """One variant in one stratum, freshly started, climbing the ladder once.

    In a duet two are started and climb together: `variant` is the candidate's then.
    """

    number: int
    experiment: str
    variant: str
    stratum: dict[str, StratumValue]
    repetition: int
    seed: int
    steps: tuple[PlannedStep, ...]
    """Empty where the trial searches."""
    search: PlannedSearch | None = None
    mode: Mode = "solo"
    baseline: str | None = None
    """The variant of a duet's baseline arm; in a gate the same one, of another version."""
    starts_first: Arm = "baseline"
    """Which arm of a duet is started first, and gets the lower port."""

    @property
    def folder_name(self) -> str:
        """The name of its folder: `<nnn>-<experiment>-<variant or duet>`."""
        what = self.variant if self.mode == "solo" else "duet"
        return f"{self.number:03d}-{self.experiment}-{what}"


class Fleet(Record):
    """The worker processes that generate the load under one master."""

    local: int = 0
    """Started here."""
    remote: int = 0
    """Started elsewhere with `bench worker`."""
    host: str = "127.0.0.1"
    """Where the master listens."""
    port: int = 0
    """0: any that is free."""

    @property
    def size(self) -> int:
        """How many workers there are in all."""
        return self.local + self.remote


class Plan(Record):
    """All that a run does, before it starts: experiments, and trials in their order."""

    name: str
    preset: str | None
    seed: int
    pin: PinMode
    fleet: Fleet | None = None
    """None: one process generates the load, and needs no master."""
    allow_remote: bool = False
    """Whether hosts may be loaded that are not loopback."""
    again: int = 0
    """How often a trial may be measured anew because something disturbed it."""
    experiments: tuple[Experiment, ...]
    trials: tuple[PlannedTrial, ...]

    def experiment(self, name: str) -> Experiment:
        """Return the experiment of that name."""
        return next(experiment for experiment in self.experiments if experiment.name == name)


class Placement(Record):
    """Which cores the parties of a trial run on; an empty tuple means wherever they are put."""

    target: tuple[int, ...] = ()
    generator: tuple[int, ...] = ()
    services: tuple[int, ...] = ()
    shared: bool = False
    """True where generator and target have to share cores."""
