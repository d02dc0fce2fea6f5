"""Before the trials: each side's target is started once, to see that it is what it should be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bench.cli.gating.session import GateSession
from bench.errors import TargetStartError
from bench.execution.trees.import_log import read_own_words
from bench.execution.trees.prepared_tree import PreparedTree
from bench.execution.trees.proving import IMPORTS_TOLD, Proof, read_imports
from bench.execution.trials.comparing_answers import judge_answers, probe_target
from bench.execution.trials.conducting import dismiss
from bench.execution.trials.parts import Part, naming_arm
from bench.execution.trials.setting import TrialSetting
from bench.execution.trials.standing import stand
from bench.model.arm import ARMS, Arm
from bench.model.plan import PlannedTrial
from bench.model.progress import Notice


@dataclass(frozen=True)
class Trees:
    """Both trees, and where they come from."""

    by_arm: Mapping[Arm, PreparedTree]
    root: Path
    """The user's working tree."""


async def try_out(
    session: GateSession, setting: TrialSetting, planned: PlannedTrial, trees: Trees | None
) -> dict[Arm, Proof]:
    """Start both sides' targets one after the other; compare answers, and prove their trees.

    What is found here would be found by the first trial too; but here each side is alone, its
    imports can be told to its log, and a failure has one name.

    Args:
        session: the gate.
        setting: has the sides.
        planned: a duet of the variant, whose stratum and seed are used.
        trees: what the targets should run; None: both sides run the same files, as they lie.

    Returns:
        What was proven of each tree; nothing without trees.

    Raises:
        TargetError: one did not start, or answers wrongly; it names the arm.
        TreeError: one ran another version's files.
    """
    session.announce(Notice(text=f"trying out {planned.experiment}/{planned.variant}"))
    telling = _telling_imports(setting)
    proofs: dict[Arm, Proof] = {}
    for arm in ARMS:
        folder = session.folder.tried_path(f"{planned.experiment}-{planned.variant}", arm)
        part = Part(planned, folder, arm)
        try:
            command, cwd = await _try_out(telling, part)
        except TargetStartError as error:
            # what Python tells of its imports is hundreds of lines, and comes last
            error.evidence = read_own_words(folder / "target.log")
            raise
        if trees is not None:
            with naming_arm(arm):
                proofs[arm] = read_imports(
                    folder / "target.log",
                    trees.by_arm,
                    arm,
                    root=trees.root,
                    command=command,
                    cwd=cwd,
                )
    return proofs


async def _try_out(setting: TrialSetting, part: Part) -> tuple[tuple[str, ...], Path | None]:
    file = setting.experiment.file
    async with stand(setting, (part,)) as (standing,):
        link = standing.driver.link
        answers = await probe_target(link, file, seed=setting.probe_seed)
        if answers is not None:
            judge_answers(answers, file, part, setting.references)
        await dismiss([standing])
        process = standing.target.process
        return standing.target.command, process.spec.cwd if process else None


def _telling_imports(setting: TrialSetting) -> TrialSetting:
    sides = {
        arm: replace(side, environment={**side.environment, **IMPORTS_TOLD})
        for arm, side in setting.sides.items()
    }
    return replace(setting, sides=sides)
