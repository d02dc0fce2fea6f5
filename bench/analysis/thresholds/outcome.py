"""Outcomes: what was found of a threshold in one place, and what that stands on."""

from __future__ import annotations

from dataclasses import dataclass

from bench.analysis.thresholds.estimates import Estimate
from bench.analysis.thresholds.samples import Sample
from bench.model.threshold import Finding

Unit = tuple[Sample, ...]
"""What one number is taken from: a sample for each term of the check."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finding with its reason, and the estimate that it is of, if there is one."""

    finding: Finding
    because: str = ""
    estimate: Estimate | None = None
    units: tuple[Unit, ...] = ()
    dropped: int = 0
    """Units left out, as a step of theirs was invalid."""
    unit: str = ""
    """Of an observation, as it was told."""
