"""Names in a gate's report: its rows, the two versions, its verdict and its exit code."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bench.errors import (
    EXIT_DEFECT,
    EXIT_INCONCLUSIVE,
    EXIT_INTERRUPTED,
    EXIT_NOT_MEASURED,
    EXIT_OK,
    EXIT_REGRESSION,
    EXIT_TARGET,
    EXIT_USAGE,
)
from bench.model.gate import GateReport, GateRow, GateVerdict, TreeVersion
from bench.reporting.labels import label_load, label_stratum

_QUANTITIES: Final[Mapping[str, str]] = MappingProxyType(
    {"cpu": "CPU/req", "bystander": "bystander p99", "loop_lag": "loop lag p99"}
)
_EXITS: Final[Mapping[int, str]] = MappingProxyType(
    {
        EXIT_REGRESSION: "something got worse by as much as matters",
        EXIT_USAGE: "the command line, a file or a service is not usable as it is",
        EXIT_NOT_MEASURED: "nothing that counts was measured, so nothing is known",
        EXIT_TARGET: "the candidate does not start, or answers otherwise than the baseline",
        EXIT_INCONCLUSIVE: "inconclusive, and the gate was asked to fail on it",
        EXIT_DEFECT: "a defect of pairbench",
        EXIT_INTERRUPTED: "interrupted",
    }
)
_SHORT_COMMIT: Final = 10


def name_quantity(quantity: str) -> str:
    """Name a quantity as tables do.

    >>> name_quantity("cpu"), name_quantity("p95")
    ('CPU/req', 'p95')
    """
    return _QUANTITIES.get(quantity, quantity)


def name_row(row: GateRow) -> str:
    """Name a row in full: `shop asgi-async (rows=10) at 20 users, throughput`."""
    stratum = label_stratum(row.stratum)
    place = f"{row.experiment} {row.variant}{f' ({stratum})' if stratum else ''}"
    return f"{place} at {label_load(row.load)}, {name_quantity(row.quantity)}"


def name_version(version: TreeVersion) -> str:
    """Name a version by its label and commit: `main (1a2b3c4d5e)`."""
    commit = version.commit[:_SHORT_COMMIT] if version.commit else ""
    changes = "uncommitted changes" if version.is_dirty else ""
    details = " with ".join(part for part in (commit, changes) if part)
    return f"{version.label} ({details})" if details else version.label


def name_comparison(report: GateReport) -> str:
    """Say what was compared with what."""
    baseline, candidate = report.baseline, report.candidate
    if report.kind == "self-check":
        of = f" {name_version(baseline)}" if baseline else ""
        return f"the baseline{of} against itself"
    if baseline is None and candidate is None:
        return "two versions that could not be told"
    return " against ".join(
        name_version(version) if version else f"an unknown {side}"
        for side, version in (("candidate", candidate), ("baseline", baseline))
    )


def name_exit_code(report: GateReport) -> str:
    """Say what the gate's exit code means."""
    if report.exit_code == EXIT_OK:
        if report.verdict is GateVerdict.INCONCLUSIVE:
            return "inconclusive; it fails only with --fail-on-inconclusive"
        return "nothing got worse by as much as matters"
    return _EXITS.get(report.exit_code, "no code that pairbench knows")
