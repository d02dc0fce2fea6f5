"""A stored run as the one document that every format shows."""

from __future__ import annotations

from bench.analysis.comparing import compare_variants
from bench.analysis.knees import compare_knees, estimate_knees
from bench.analysis.thresholds.judging import judge_thresholds
from bench.model.run import SCHEMA_VERSION, RunDocument, StoredRun


def document_run(run: StoredRun) -> RunDocument:
    """Put together a run's step rows, its knees, its comparisons and its thresholds."""
    record = run.record
    baselines = {experiment.name: experiment.baseline for experiment in record.plan.experiments}
    return RunDocument(
        schema_version=SCHEMA_VERSION,
        run_id=record.run_id,
        path=str(run.path),
        environment=record.environment,
        steps=tuple(row for trial in run.trials for step in trial.steps for row in step.rows),
        comparisons=(
            *compare_variants(run.trials, baselines),
            *compare_knees(run.trials, baselines),
        ),
        knees=estimate_knees(run.trials),
        thresholds=judge_thresholds(record.plan, run.trials),
    )
