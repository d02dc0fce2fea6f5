"""`bench gate --against REF`: two versions of a repository, side by side."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.analysis.gating.assessing import Assessment
from bench.analysis.gating.rule import DEFAULT_RULE
from bench.cli.gating.files import (
    GateFiles,
    Wishes,
    borrow,
    read_baseline_files,
    read_gate_files,
)
from bench.cli.gating.findings import Findings
from bench.cli.gating.measuring import list_units, measure_units, plan_unit
from bench.cli.gating.piloting import plan_steps
from bench.cli.gating.proving import Trees, try_out
from bench.cli.gating.session import GateSession
from bench.cli.gating.sides import setting_up
from bench.errors import UsageError
from bench.execution.supervision.processes import Supervisor
from bench.execution.trees.checking_out import CheckedOutTrees, check_out
from bench.execution.trees.prepared_tree import PreparedTree
from bench.execution.trees.preparing import prepare_trees
from bench.execution.trees.resolving import Versions, resolve_versions
from bench.execution.trials.setting import TrialSetting
from bench.model.arm import ARMS, Arm
from bench.model.gate_settings import GateSettings
from bench.model.progress import Notice
from bench.planning.gating import plan_gate_steps
from bench.planning.matching import MatchedExperiment, Matching, match_experiments


async def gate_versions(
    session: GateSession,
    supervisor: Supervisor,
    findings: Findings,
    *,
    folder: Path,
    against: str | None,
    name: str,
    wishes: Wishes,
    results: Path,
) -> None:
    """Check both versions out, make them ready, and measure duets until the rule is content.

    Args:
        session: the gate.
        supervisor: runs all processes.
        findings: is added to as the gate goes on.
        folder: somewhere in the repository.
        against: what to compare with; None: the merge base with the main branch.
        name: of the gate's file, relative to the repository.
        wishes: of the command line.
        results: the folder of runs, which is in neither version.

    Raises:
        BenchError: what kept the gate from its verdict; of a target it names the arm.
    """
    main = read_gate_files(folder / name, folder, wishes).settings.main
    versions = resolve_versions(folder, against, main, leave_out=[results])
    await measure_versions(
        session, supervisor, findings, versions, name, wishes, results, measure_units
    )


async def measure_versions(
    session: GateSession,
    supervisor: Supervisor,
    findings: Findings,
    versions: Versions,
    name: str,
    wishes: Wishes,
    results: Path,
    measure: Callable[..., Awaitable[Assessment]],
) -> None:
    """Lay two versions out, and measure each experiment by an even share of the budget.

    Args:
        session: the gate.
        supervisor: runs all processes.
        findings: is added to as the gate goes on.
        versions: which ones.
        name: of the gate's file, relative to the repository.
        wishes: of the command line.
        results: the folder of runs, which is in neither version.
        measure: `measure_units`, or what else has its parameters.
    """
    async with laying_out(session, supervisor, findings, versions, name, wishes, results) as laid:
        for left, matched in count_down(laid.matching.experiments):
            async with setting_up(
                session, supervisor, matched, laid.trees.by_arm, laid.settings
            ) as setting:
                await try_out_all(session, setting, findings, laid.trees)
                steps = await plan_steps(session, setting, matched.candidate)
                share_s = session.share_s(left)
                assessment = await measure(session, setting, steps, DEFAULT_RULE, share_s)
            findings.add(assessment)


@dataclass(frozen=True)
class LaidOut:
    """Both versions, ready to be started."""

    trees: Trees
    settings: GateSettings
    matching: Matching


@asynccontextmanager
async def laying_out(
    session: GateSession,
    supervisor: Supervisor,
    findings: Findings,
    versions: Versions,
    name: str,
    wishes: Wishes,
    results: Path,
) -> AsyncIterator[LaidOut]:
    """Check out and prepare two versions; on leaving, nothing of them is left.

    Raises:
        UsageError: they have nothing in common that could be gated.
        TargetStartError: the candidate can't be prepared.
        TreeError: the baseline can't, or one can't be checked out.
    """
    findings.baseline, findings.candidate = versions.baseline, versions.candidate
    session.notices += versions.notices
    session.announce(
        Notice(text=f"comparing {versions.candidate.label} with {versions.baseline.label}")
    )
    leave_out = [results]
    async with check_out(versions, supervisor.temp_folder, leave_out=leave_out) as checked_out:
        session.notices += checked_out.notices
        tree = checked_out.by_arm["candidate"].path
        files = read_gate_files(tree / name, tree, wishes)
        matching = _match(session, checked_out, files, wishes)
        findings.missing += matching.missing
        async with _preparing(session, supervisor, checked_out, files.settings) as prepared:
            findings.baseline = prepared["baseline"].version
            findings.candidate = prepared["candidate"].version
            yield LaidOut(Trees(prepared, versions.root), files.settings, matching)


async def try_out_all(
    session: GateSession, setting: TrialSetting, findings: Findings, trees: Trees
) -> None:
    """Start each unit's targets once, to see that they are what they should be.

    Raises:
        TargetError: one did not start, or answers wrongly; it names the arm.
        TreeError: one ran another version's files.
    """
    experiment = setting.experiment
    steps = plan_gate_steps(experiment.file, None)
    for unit in list_units(experiment):
        planned = plan_unit(experiment, unit, 0, session.record.plan.seed, steps)
        findings.proofs += (await try_out(session, setting, planned, trees)).items()


def count_down(experiments: Sequence[MatchedExperiment]) -> list[tuple[int, MatchedExperiment]]:
    """Number experiments by how many there are left, themselves included."""
    return [(len(experiments) - place, each) for place, each in enumerate(experiments)]


def _match(
    session: GateSession, trees: CheckedOutTrees, files: GateFiles, wishes: Wishes
) -> Matching:
    old = trees.by_arm["baseline"].path
    baseline, notice = read_baseline_files(files.name, old, wishes)
    own = {} if baseline is None else baseline.experiments
    matching = match_experiments(own, files.experiments, borrow(files.experiments, old))
    session.notices += [notice] if notice else []
    # Where the baseline has no gate file at all, that its experiments are new was just said.
    session.notices += matching.notices if baseline is not None else ()
    if files.settings.migrate and not any(
        "postgres" in each.candidate.file.services for each in matching.experiments
    ):
        raise UsageError(
            f"{files.name} has `migrate` in its [gate] table, and no experiment has a database.",
            hint='Give the experiment services = ["postgres"]: each version gets its own.',
        )
    if not matching.experiments:
        raise UsageError(
            f"{files.name} has no variant in common with the baseline's: nothing can be gated.",
            hint="Keep the names of variants, or gate against a version that has them.",
        )
    return matching


@asynccontextmanager
async def _preparing(
    session: GateSession, supervisor: Supervisor, trees: CheckedOutTrees, settings: GateSettings
) -> AsyncIterator[dict[Arm, PreparedTree]]:
    logs = session.folder.services_path("prepare")
    async with prepare_trees(
        supervisor, trees, settings, logs=logs, announce=session.announce
    ) as prepared:
        session.notices += dict.fromkeys(each for arm in ARMS for each in prepared[arm].notices)
        yield prepared
