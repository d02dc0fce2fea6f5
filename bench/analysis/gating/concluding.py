"""Concluding: the rows of a gate become one verdict, an exit code, and a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bench.analysis.gating.duets import GateUnit
from bench.errors import (
    EXIT_INCONCLUSIVE,
    EXIT_NOT_MEASURED,
    EXIT_OK,
    EXIT_REGRESSION,
)
from bench.model.gate import GateRow, GateVerdict

_GRAVEST_FIRST: Final = (
    GateVerdict.REGRESSION,
    GateVerdict.INVALID,
    GateVerdict.INCONCLUSIVE,
    GateVerdict.PASS,
)

_TOLD: Final = 2
"""Rows that the sentence speaks of; the table has the others."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a gate comes to."""

    verdict: GateVerdict
    exit_code: int
    because: str


def conclude(
    rows: Sequence[GateRow],
    *,
    strict: bool = False,
    fail_on_inconclusive: bool = False,
    unmeasured: Sequence[str] = (),
    unproven: Sequence[str] = (),
    missing: Sequence[str] = (),
) -> Conclusion:
    """Conclude from all rows of a gate what its candidate is.

    The gravest row decides. A regression stands whatever could not be measured beside it: a further
    row can't take it back. A row that is invalid comes before one that is inconclusive, since the
    gate then hasn't looked at all that it was asked to.

    Args:
        rows: of all units.
        strict: whether what is unproven or missing makes the gate invalid, and what is inconclusive
            makes it fail.
        fail_on_inconclusive: the latter alone.
        unmeasured: labels of the units that the budget left no trial for; what has not been looked
            at can't let a gate pass.
        unproven: in words, whose targets weren't seen to import their own tree.
        missing: in words, what should have been looked at, and has no row.
    """
    doubts = (*unproven, *missing) if strict else ()
    left_out = [GateVerdict.INCONCLUSIVE] * len(unmeasured) if rows else []
    verdict = settle((*(row.verdict for row in rows), *left_out))
    if doubts and verdict is not GateVerdict.REGRESSION:
        because = f"strictly, this makes it invalid: {_list(doubts)}"
        return Conclusion(GateVerdict.INVALID, EXIT_NOT_MEASURED, because)
    exit_code = {
        GateVerdict.PASS: EXIT_OK,
        GateVerdict.REGRESSION: EXIT_REGRESSION,
        GateVerdict.INVALID: EXIT_NOT_MEASURED,
        GateVerdict.INCONCLUSIVE: EXIT_INCONCLUSIVE if strict or fail_on_inconclusive else EXIT_OK,
    }[verdict]
    return Conclusion(verdict, exit_code, _explain(verdict, rows, unmeasured))


def settle(verdicts: Iterable[GateVerdict]) -> GateVerdict:
    """Return the gravest of rows' verdicts; without any row nothing was measured.

    >>> settle([GateVerdict.PASS, GateVerdict.INCONCLUSIVE]), settle([])
    (<GateVerdict.INCONCLUSIVE: 'inconclusive'>, <GateVerdict.INVALID: 'invalid'>)
    """
    return min(verdicts, key=_GRAVEST_FIRST.index, default=GateVerdict.INVALID)


def _explain(verdict: GateVerdict, rows: Sequence[GateRow], unmeasured: Sequence[str]) -> str:
    if not rows:
        return "nothing was measured"
    if verdict is GateVerdict.PASS:
        return f"all {len(rows)} rows pass" if len(rows) > 1 else "the only row passes"
    decisive = [row for row in rows if row.verdict is verdict]
    told = [f"{_name(row)}: {row.because}" for row in decisive]
    if verdict is GateVerdict.INCONCLUSIVE:
        told += [f"{unit} was not measured within the budget" for unit in unmeasured]
    return _list(told)


def _name(row: GateRow) -> str:
    unit = GateUnit.of(row.experiment, row.stratum, row.variant)
    return f"{row.quantity} of {unit.label}, at {row.load}"


def _list(told: Sequence[str]) -> str:
    more = len(told) - _TOLD
    return "; ".join(told[:_TOLD]) + (f"; and {more} more" if more > 0 else "")
