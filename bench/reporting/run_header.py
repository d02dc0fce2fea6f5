"""The header of a report: which run this is, and what its numbers belong to."""

from __future__ import annotations

from bench.model.environment import Environment
from bench.model.run import RunRecord
from bench.reporting.calibration_line import write_calibration_line
from bench.reporting.labels import counted
from bench.units import format_capacity


def build_run_header(record: RunRecord) -> tuple[tuple[str, str], ...]:
    """Return the facts of a run as pairs of name and text, the run's id first."""
    machine = record.environment
    plan = record.plan
    return (
        ("run", record.run_id),
        ("started", record.started_at),
        ("machine", _machine(machine)),
        ("system", f"{machine.system}, kernel {machine.kernel}"),
        ("Python", machine.python),
        ("generator", write_calibration_line(record.calibration)),
        ("pinning", "off" if plan.pin == "none" else plan.pin),
        ("preset", plan.preset or "none"),
        ("seed", str(plan.seed)),
        ("repetitions", _repetitions(record)),
        ("pairbench", record.pairbench),
        ("commit", _commit(record)),
    )


def _machine(machine: Environment) -> str:
    usable = len(machine.usable_cores)
    cores = counted(machine.cores, "core")
    if usable != machine.cores:
        cores += f" ({usable} usable)"
    virtual = ", virtual" if machine.hypervisor else ""
    quota = machine.cgroup_cpu_quota
    limit = f", quota {quota:g} cores" if quota is not None else ""
    return f"{machine.cpu_model}, {cores}{limit}, {format_capacity(machine.memory_bytes)}{virtual}"


def _repetitions(record: RunRecord) -> str:
    asked = {experiment.name: experiment.file.repetitions for experiment in record.plan.experiments}
    if len(set(asked.values())) == 1:
        return str(next(iter(asked.values())))
    return ", ".join(f"{name} {repetitions}" for name, repetitions in asked.items()) or "none"


def _commit(record: RunRecord) -> str:
    if record.git_commit is None:
        return "unknown"
    return f"{record.git_commit}{' with changes' if record.git_dirty else ''}"
