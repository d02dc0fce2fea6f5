"""The files of banks: one trial a line, below a folder for each machine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from bench.model.environment import Environment
from bench.storage.atomic import write_atomically

FOLDER: Final = Path(__file__).parents[1] / "results" / "gate"

KEPT: Final = (
    *("throughput_per_s", "cpu_s_per_request", "pss_bytes", "rss_bytes"),
    *("p50_s", "p95_s", "p99_s", "requests", "error_ratio"),
    *("target_cpu_ratio", "generator_cpu_ratio"),
)
"""The fields of a step's row that a bank keeps of each arm."""

LIVE: Final = "live"
"""The note of live gates."""

_SITTINGS: Final = "sittings"

_KIND: Final = ("cpu_model", "cores", "memory_gib", "architecture", "python")
"""Of a machine's identity. Kernels differ from one machine of a cloud to the next, and are noted
with each sitting."""

_OF_THE_MACHINE: Final = frozenset({"generator-lag", "generator-starved", "cpu-stolen"})
"""As `bench.analysis.gating.duets` has it; of a bank it is not known which arm had which."""


@dataclass(frozen=True)
class BankedTrial:
    """One trial: what each arm had, and why it doesn't count, if it doesn't."""

    machine: str
    """The beginning of its fingerprint."""
    at: str
    """UTC, ISO 8601."""
    sitting: str
    """The trials of one sitting have the same."""
    seconds: float
    """From the start of its targets to their end."""
    seed: int
    starts_first: str
    baseline: dict[str, Any]
    candidate: dict[str, Any]
    cautions: tuple[str, ...]
    """Those that leave a step out, of either arm."""

    @property
    def is_valid(self) -> bool:
        """Whether it counts."""
        return not self.cautions

    @property
    def is_disturbed(self) -> bool:
        """Whether it doesn't count, and by nothing but what the machine did."""
        return bool(self.cautions) and set(self.cautions) <= _OF_THE_MACHINE

    @classmethod
    def read(cls, line: str) -> Self:
        """Read a line of a bank."""
        fields = json.loads(line)
        fields["cautions"] = tuple(fields["cautions"])
        return cls(**fields)


class BankFolder:
    """The banks of one machine."""

    def __init__(self, fingerprint: str, folder: Path = FOLDER) -> None:
        self.machine = fingerprint[:16]
        self.all_machines = folder
        self.path = folder / self.machine

    def read(self, name: str) -> list[BankedTrial]:
        """Read a bank; empty, where there is none yet."""
        path = self._file(name)
        if not path.exists():
            return []
        return [BankedTrial.read(line) for line in path.read_text(encoding="utf-8").splitlines()]

    def append(self, name: str, trial: BankedTrial) -> None:
        """Add a trial to a bank."""
        self.path.mkdir(parents=True, exist_ok=True)
        with self._file(name).open("a", encoding="utf-8") as bank:
            bank.write(json.dumps(asdict(trial)) + "\n")

    def read_note(self, name: str) -> dict[str, Any] | None:
        """Read what was noted beside the banks; None: nothing was."""
        path = self.path / f"{name}.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    def write_note(self, name: str, note: dict[str, Any]) -> None:
        """Note something beside the banks."""
        write_note(self.path, name, note)

    def add_sitting(
        self, sitting: str, commit: str | None, changed: bool | None, environment: Environment
    ) -> None:
        """Note when, of which source and in what surroundings trials were recorded."""
        note = self.read_note(_SITTINGS) or {"sittings": []}
        note["sittings"].append(
            {
                "sitting": sitting,
                "commit": commit,
                "uncommitted_changes": changed,
                "environment": environment.model_dump(mode="json"),
            }
        )
        self.write_note(_SITTINGS, note)

    @property
    def kind(self) -> str:
        """What it has in common with machines whose banks may be taken together with its own."""
        sittings = (self.read_note(_SITTINGS) or {"sittings": []})["sittings"]
        identity = sittings[0]["environment"]["identity"] if sittings else {}
        return ", ".join(str(identity.get(name)) for name in _KIND)

    def find_alike(self) -> Banks:
        """Find the banks of all machines of this one's kind, its own among them."""
        paths = sorted(self.all_machines.glob("*/"))
        found = [BankFolder(path.name, self.all_machines) for path in paths]
        return Banks([each for each in found if each.kind == self.kind])

    def _file(self, name: str) -> Path:
        return self.path / f"{name}.jsonl"


@dataclass(frozen=True)
class Banks:
    """The banks of machines of one kind; each trial tells whose it is."""

    folders: Sequence[BankFolder]

    def read(self, name: str) -> list[BankedTrial]:
        """Read a bank of all machines, one after the other."""
        return [trial for folder in self.folders for trial in folder.read(name)]

    def read_live(self) -> list[dict[str, Any]]:
        """Read the live gates of all machines."""
        notes = (folder.read_note(LIVE) or {"gates": []} for folder in self.folders)
        return [gate for note in notes for gate in note["gates"]]


def find_banks(machines: Sequence[str] = (), folder: Path = FOLDER) -> Banks:
    """Find the banks of these machines, or of all there are.

    Raises:
        ValueError: there are none, or machines of different kinds are among them.
    """
    found = [BankFolder(each.name, folder) for each in sorted(folder.glob("*/"))]
    chosen = [each for each in found if not machines or any(map(each.machine.startswith, machines))]
    kinds = {each.kind: each.machine for each in chosen}
    if len(kinds) != 1:
        told = "; ".join(f"{machine}: {kind}" for kind, machine in kinds.items())
        raise ValueError(
            f"Banks of one kind of machine are needed; there are: {told or 'none'}. "
            "Record some, or name machines with --machine."
        )
    return Banks(chosen)


def part_by_machine(trials: Sequence[BankedTrial]) -> dict[str, list[BankedTrial]]:
    """Part trials by the machine that they were measured on."""
    parts: dict[str, list[BankedTrial]] = {}
    for trial in trials:
        parts.setdefault(trial.machine, []).append(trial)
    return parts


def write_note(folder: Path, name: str, note: dict[str, Any]) -> None:
    """Write a note into a folder of banks."""
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / f"{name}.json", json.dumps(note, indent=1) + "\n")
