"""Progress of several workers as one: counts added up, the slowest p99."""

from __future__ import annotations

from collections import Counter
from typing import Any

_SUMMED = ("throughput_per_s", "in_flight")


class FleetProgress:
    """Gather the workers' reports; one of the whole is due when each has said something new."""

    def __init__(self) -> None:
        self._latest: dict[int, dict[str, Any]] = {}
        self._fresh: set[int] = set()
        self._errors = 0
        self._outcomes: Counter[str] = Counter()

    def note(self, worker: int, report: dict[str, Any]) -> None:
        """Note a worker's report; `t_s` is by the master's clock."""
        self._latest[worker] = report
        self._fresh.add(worker)
        self._errors += int(report.get("errors") or 0)
        self._outcomes.update(report.get("outcomes") or {})

    def take(self, present: set[int]) -> dict[str, Any] | None:
        """Return the report of the whole, if each worker that is present has given its part."""
        if not present or not present <= self._fresh:
            return None
        reports = list(self._latest.values())
        now = [self._latest[worker] for worker in present]
        merged: dict[str, Any] = {
            "t_s": max(report["t_s"] for report in now),
            # what a worker completed before it was lost stays completed
            "completed": sum(int(report["completed"]) for report in reports),
            "p99_s": max((report["p99_s"] for report in now if report["p99_s"]), default=None),
            "errors": self._errors,
            "outcomes": dict(self._outcomes),
        }
        merged |= {name: sum(report[name] or 0 for report in now) for name in _SUMMED}
        streams = [report["streams"] for report in now if report.get("streams") is not None]
        merged["streams"] = sum(streams) if streams else None
        self._fresh.clear()
        self._errors = 0
        self._outcomes.clear()
        return merged
