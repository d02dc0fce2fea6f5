"""What a gate has found so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.analysis.gating.assessing import Assessment
from bench.analysis.gating.duets import GateUnit
from bench.execution.trees.proving import Proof
from bench.model.arm import Arm
from bench.model.gate import GateKind, GateRow, SelfCheck, TreeVersion


@dataclass
class Findings:
    """What a gate has found so far."""

    kind: GateKind
    baseline: TreeVersion | None = None
    candidate: TreeVersion | None = None
    rows: list[GateRow] = field(default_factory=list)
    proofs: list[tuple[Arm, Proof]] = field(default_factory=list)
    """Which version's files targets were seen to run, one for each that was tried out."""
    missing: list[str] = field(default_factory=list)
    """What should have been looked at, and has no row."""
    unmeasured: list[str] = field(default_factory=list)
    """What the budget left no trial for, in words."""
    self_check: SelfCheck | None = None

    def add(self, assessment: Assessment) -> None:
        """Take over what the duets of one experiment say."""
        self.rows += assessment.rows
        self.missing += assessment.missing
        self.unmeasured += map(_name, assessment.unmeasured)

    @property
    def unproven(self) -> tuple[str, ...]:
        """Of whose targets nobody could see which version's files they ran, in words."""
        return tuple(dict.fromkeys(proof.notice for _, proof in self.proofs if proof.notice))

    def version_of(self, arm: Arm) -> TreeVersion | None:
        """Return one of the versions, proven where all of its targets are."""
        version = self.baseline if arm == "baseline" else self.candidate
        proven = [proof.is_proven for of_arm, proof in self.proofs if of_arm == arm]
        if version is None or not proven:
            return version
        return version.model_copy(update={"is_proven": all(proven) or None})


def _name(unit: GateUnit) -> str:
    stratum = "".join(f", {name} = {value}" for name, value in unit.stratum)
    return f"{unit.experiment}/{unit.variant}{stratum}"
