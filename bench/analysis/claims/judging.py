"""Judging: the claims of a suite by the trials of one or more runs.

Each check is one of a single experiment, and is judged within one run: numbers of two runs never
meet in a comparison. Where several runs have an experiment, the last of them counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from bench.analysis.claims.concluding import conclude_claim
from bench.analysis.thresholds.estimates import METHOD_T
from bench.analysis.thresholds.judging import judge_threshold
from bench.analysis.thresholds.samples import Samples
from bench.model.claim import Claim, ClaimVerdict, Evidence, EvidenceVerdict
from bench.model.run import StoredRun
from bench.model.threshold import Finding, ThresholdVerdict, find_misfits


def judge_claims(
    claims: Mapping[str, Claim], runs: Sequence[StoredRun], level: float = 0.95
) -> tuple[ClaimVerdict, ...]:
    """Judge every claim, in the order of the suite.

    Args:
        claims: by their ids.
        runs: of one machine or of several; later ones go before earlier ones.
        level: the confidence level of the intervals.
    """
    court = _Court(runs, level)
    verdicts = []
    for name, claim in claims.items():
        evidence = tuple(court.hear(claim))
        verdict, because = conclude_claim(evidence)
        verdicts.append(
            ClaimVerdict(
                id=name, says=claim.says, verdict=verdict, because=because, evidence=evidence
            )
        )
    return tuple(verdicts)


class _Court:
    """Looks up which run has an experiment, and its steps once for all claims."""

    def __init__(self, runs: Sequence[StoredRun], level: float) -> None:
        self._level = level
        self._run_of = {
            experiment.name: run for run in runs for experiment in run.record.plan.experiments
        }
        self._samples: dict[str, Samples] = {}

    def hear(self, claim: Claim) -> Iterator[EvidenceVerdict]:
        for evidence in claim.holds:
            yield from self._hear(evidence, "holds")
        for evidence in claim.unless:
            yield from self._hear(evidence, "unless")

    def _hear(
        self, evidence: Evidence, role: Literal["holds", "unless"]
    ) -> Iterator[EvidenceVerdict]:
        run = self._run_of.get(evidence.experiment)
        for verdict in self._judge(evidence, run):
            yield EvidenceVerdict(
                **dict(verdict),
                role=role,
                where=evidence.where,
                run_id=run and run.record.run_id,
            )

    def _judge(self, evidence: Evidence, run: StoredRun | None) -> Sequence[ThresholdVerdict]:
        name = evidence.experiment
        if run is None:
            return [_unmeasured(evidence, f"no run has {name}", self._level)]
        if name in run.record.skipped:
            because = f"{name} was skipped: {run.record.skipped[name]}"
            return [_unmeasured(evidence, because, self._level)]
        experiment = run.record.plan.experiment(name)
        load = experiment.file.load
        misfits = find_misfits(
            evidence,
            variants=tuple(experiment.file.variants),
            strata=experiment.file.strata,
            model="users" if load.users else "rate" if load.rate else "search",
        )
        for misfit in misfits:
            return [_unmeasured(evidence, misfit, self._level)]
        samples = self._samples.get(name)
        if samples is None:
            samples = self._samples[name] = Samples(run.trials, name)
        return judge_threshold(evidence, experiment, run.record.plan, samples, self._level)


def _unmeasured(evidence: Evidence, because: str, level: float) -> ThresholdVerdict:
    check = evidence.check
    return ThresholdVerdict(
        experiment=evidence.experiment,
        threshold=check.text,
        stratum={},
        load=None,
        name=evidence.name,
        variant=check.subject.variant,
        quantity=check.quantity,
        against=check.right and str(check.right),
        operator=check.operator,
        bound=check.bound,
        tolerance=check.tolerance,
        unit="",
        value=None,
        low=None,
        high=None,
        level=level,
        n=0,
        method=METHOD_T,
        trials=(),
        dropped=0,
        verdict=Finding.NOT_MEASURED,
        because=because,
    )
