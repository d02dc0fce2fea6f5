"""The files of banks: one trial a line, below a folder for each machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

FOLDER: Final = Path(__file__).parents[1] / "results" / "gate"

KEPT: Final = (
    *("throughput_per_s", "cpu_s_per_request", "pss_bytes", "rss_bytes"),
    *("p50_s", "p95_s", "p99_s", "requests", "error_ratio"),
    *("target_cpu_ratio", "generator_cpu_ratio"),
)
"""The fields of a step's row that a bank keeps of each arm."""


_OF_THE_MACHINE: Final = frozenset({"generator-lag", "generator-starved", "cpu-stolen"})
"""As `bench.analysis.gating.duets` has it; of a bank it is not known which arm had which."""


@dataclass(frozen=True)
class BankedTrial:
    """One trial: what each arm had, and why it doesn't count, if it doesn't."""

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
        self.path = folder / fingerprint[:16]

    def read(self, name: str) -> list[BankedTrial]:
        """Read a bank; empty, where there is none yet."""
        return list(self._read(name))

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
        self.path.mkdir(parents=True, exist_ok=True)
        text = json.dumps(note, indent=1)
        (self.path / f"{name}.json").write_text(text + "\n", encoding="utf-8")

    def _read(self, name: str) -> Iterator[BankedTrial]:
        path = self._file(name)
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                yield BankedTrial.read(line)

    def _file(self, name: str) -> Path:
        return self.path / f"{name}.jsonl"
