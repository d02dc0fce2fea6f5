"""The head of a gate's report: the verdict, what was compared, and what it took."""

from __future__ import annotations

from bench.model.gate import GateReport, TreeVersion
from bench.reporting.gate_names import name_comparison, name_exit_code
from bench.reporting.labels import counted
from bench.units import format_duration


def build_gate_title(report: GateReport) -> str:
    """Name the gate by its verdict."""
    kind = "self-check" if report.kind == "self-check" else "gate"
    return f"{kind}: {report.verdict.value}"


def build_gate_header(report: GateReport) -> tuple[str, ...]:
    """Say the verdict and its reason, the exit code, the effort, and how the trees were run."""
    why = (f"Why: {report.because.removesuffix('.')}.",) if report.because else ()
    return (
        f"{report.verdict.value.capitalize()}: {name_comparison(report)}.",
        *why,
        f"Exit code {report.exit_code}: {name_exit_code(report)}.",
        _effort(report),
        *_trees(report),
    )


def _effort(report: GateReport) -> str:
    setup = f", after {format_duration(report.setup_s)} of set-up" if report.setup_s else ""
    return (
        f"{counted(report.trials, 'trial')} in {format_duration(report.elapsed_s)} "
        f"of {format_duration(report.budget_s)} at most{setup}."
    )


def _trees(report: GateReport) -> tuple[str, ...]:
    sides = (("baseline", report.baseline), ("candidate", report.candidate))
    texts = [
        f"{name}: {text}" for name, side in sides if side is not None and (text := _tree(side))
    ]
    return (f"Environments: {'; '.join(texts)}.",) if texts else ()


def _tree(version: TreeVersion) -> str:
    proofs = {True: "seen to run its own files", False: "NOT seen to run its own files", None: ""}
    return ", ".join(part for part in (version.environment, proofs[version.is_proven]) if part)
