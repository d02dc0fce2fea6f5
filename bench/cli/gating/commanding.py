"""From an order to an exit code: which kind of gate it is, its run folder, its report."""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console

from bench.cli.gating.against import gate_versions
from bench.cli.gating.files import GateFiles, Wishes, find_gate_file, read_gate_files
from bench.cli.gating.findings import Findings
from bench.cli.gating.guarding import InterruptedGateError, Stage, carry_out
from bench.cli.gating.outputs import Outputs, write_outputs
from bench.cli.gating.reporting import report_failure, report_findings
from bench.cli.gating.self_check import check_versions
from bench.cli.gating.session import GateSession
from bench.cli.gating.stored import gate_stored, read_stored
from bench.cli.running import begin_run
from bench.errors import EXIT_INTERRUPTED, BenchError
from bench.execution.trees.resolving import find_root
from bench.model.gate import GateKind
from bench.model.plan import PinMode, Plan
from bench.reporting.errors_text import print_error
from bench.reporting.gate_progress import GateLines
from bench.storage.run_folder import remove_run


@dataclass(frozen=True)
class GateOrder:
    """What the command line asks for."""

    file: Path | None
    against: str | None
    baseline: str | None
    self_check: bool
    wishes: Wishes
    budget_s: float
    strict: bool
    fail_on_inconclusive: bool
    outputs: Outputs
    pin: PinMode
    seed: int | None
    results: Path


def run_gate(order: GateOrder) -> int:
    """Carry a gate out and write its report; return the exit code.

    Raises:
        BenchError: the caller's own fault (a file, an option, a service), or a defect: there is no
            report then.
    """
    root = _root(order)
    path = find_gate_file(order.file, root)
    files = read_gate_files(path, root, order.wishes)
    findings = Findings(kind=_kind(order))
    stage = _choose_stage(order, root, files)
    session = _begin(order, files)
    try:
        failure = carry_out(stage, session, findings)
    except InterruptedGateError:
        sys.stderr.write(
            f"Interrupted. Finished trials ({len(session.records)}) are kept in "
            f"{session.folder.path}, and say nothing of the candidate.\n"
        )
        return EXIT_INTERRUPTED
    except BenchError:
        if not _has_logs(session):  # else the message may name one of them
            session.folder.release()
            remove_run(session.folder.path)
        raise
    if failure is not None:
        report = report_failure(session, findings, failure)
        failure.message = report.because  # which names the version whose fault it is
        print_error(Console(stderr=True), failure)
    else:
        report = report_findings(
            session,
            findings,
            strict=order.strict,
            fail_on_inconclusive=order.fail_on_inconclusive,
        )
    write_outputs(report, order.outputs, files.name)
    return report.exit_code


def _has_logs(session: GateSession) -> bool:
    return any(session.folder.path.rglob("*.log"))


def _root(order: GateOrder) -> Path:
    """Return the repository's root; of gates that need none, the file's folder outside of one."""
    start = Path.cwd() if order.file is None else order.file.resolve().parent
    return find_root(start if start.is_dir() else Path.cwd()) or start


def _kind(order: GateOrder) -> GateKind:
    if order.self_check:
        return "self-check"
    return "against" if order.baseline is None else "stored"


def _choose_stage(order: GateOrder, root: Path, files: GateFiles) -> Stage:
    if order.baseline is not None:
        stored = read_stored(order.baseline, order.results)
        return partial(gate_stored, files=files, stored=stored, wishes=order.wishes)
    chosen = check_versions if order.self_check else gate_versions
    return partial(
        chosen,
        folder=root,
        against=order.against,
        name=files.name,
        wishes=order.wishes,
        results=order.results.resolve(),
    )


def _begin(order: GateOrder, files: GateFiles) -> GateSession:
    seed = random.SystemRandom().randrange(2**32) if order.seed is None else order.seed
    plan = Plan(
        name=f"gate-{Path(files.name).stem}"[:60],
        preset=None,
        seed=seed,
        pin=order.pin,
        experiments=tuple(files.experiments.values()),
        trials=(),
    )
    begun = begin_run(plan, order.results)
    lines = GateLines(sys.stderr)
    return GateSession(begun.folder, begun.record, order.budget_s, lines.announce)
