"""Expecting: where verdicts differ from those that were kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.model.claim import ClaimFinding, ClaimVerdict


def find_changes(
    expected: Mapping[str, ClaimFinding], found: Sequence[ClaimVerdict], *, whole: bool = True
) -> tuple[str, ...]:
    """Say of each claim whose verdict changed what it was and is, and why.

    Args:
        expected: by the claims' ids.
        found: the verdicts.
        whole: whether all claims were judged, so that one that is missing is a change.
    """
    changes = []
    for verdict in found:
        was = expected.get(verdict.id)
        if was is None:
            changes.append(f"{verdict.id}: {verdict.verdict}, and nothing was expected of it")
        elif was is not verdict.verdict:
            changes.append(f"{verdict.id}: {verdict.verdict}, expected {was}; {verdict.because}")
    judged = {verdict.id for verdict in found}
    if whole:
        changes += [
            f"{name}: expected {expected[name]}, and there is no such claim"
            for name in expected
            if name not in judged
        ]
    return tuple(changes)
