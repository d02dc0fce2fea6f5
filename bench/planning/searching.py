"""Search for the highest rate that holds: what was tried gives the rate to try next, or the end."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Final

from bench.model.knee import Attempt, Knee, KneeEnd
from bench.model.plan import PlannedSearch
from bench.planning.seeds import derive_seed

GROWTH: Final = 2.0
"""From one rate to the next while all held: a first failure is overloaded by no more than this."""

RESOLUTION: Final = 0.02
"""How near to each other the highest rate that held and the lowest that did not have to be.

As fine as a step can tell: a target that completes 98 % of what begins counts as keeping up.
"""

FLOOR_PER_S: Final = 1.0
"""Below one request a second a window of some seconds has too few to have percentiles."""

MAX_STEPS: Final = 40
"""Twice what a search from 10 to 100,000 a second takes; only a target that changes needs more."""

_SPLITS: Final = (0.4, 0.6)
"""Where a gap may be split, as shares of its logarithm.

Drawn anew for each trial, so that what repeated searches find is not rounded to the same few rates:
the resolution is part of the spread between trials, and with it of the interval.
"""

_DIGITS: Final = 4


def choose_rate(search: PlannedSearch, attempts: Sequence[Attempt], seed: int) -> float | None:
    """Choose the rate that a search tries next; None: it is over.

    1. From the first rate on it doubles, until one does not hold or the cap has held. If the first
       does not hold, it halves, down to the floor.
    2. Between the highest rate that held and the lowest above it that did not, the gap is split
       about the middle of its logarithm, until they are within 2 %.
    3. What did not hold is tried once more: the lowest such rate when the gap has become that
       small, and at once where something other than the target was the limit. If it holds now, it
       counts as one that holds, and the search goes on above it.

    Args:
        search: where it begins, and how far it goes.
        attempts: what was tried, in order.
        seed: of the trial.
    """
    if len(attempts) >= MAX_STEPS:
        return None
    draw = random.Random(derive_seed(seed, "split", len(attempts)))
    return _continue(search, attempts, split_at=draw.uniform(*_SPLITS))


def conclude(search: PlannedSearch, attempts: Sequence[Attempt], stopped: str = "") -> Knee:
    """Say what a search has found.

    Args:
        search: what was asked for.
        attempts: what was tried, in order.
        stopped: why it ended before it was over.
    """
    low, _ = _find_edge(attempts)
    failed = [each.rate_per_s for each in attempts if each.verdict == "fails"]
    end, because = _explain_end(search, attempts, stopped)
    return Knee(
        conditions=search.conditions,
        end=end,
        holds_per_s=low,
        fails_per_s=min((rate for rate in failed if low is None or rate > low), default=None),
        because=because,
        attempts=tuple(attempts),
    )


def count_expected_steps(search: PlannedSearch) -> int:
    """Guess how many steps a search takes, before anything is known of the target.

    As if the knee lay in the middle of the range, on a logarithmic scale; one more for the step
    that is measured twice.
    """
    octaves = math.log(search.to_per_s / search.from_per_s, GROWTH)
    return math.ceil(octaves / 2) + 1 + _splits_to_resolve() + 1


def _splits_to_resolve() -> int:
    return math.ceil(math.log2(math.log(GROWTH) / math.log1p(RESOLUTION)))


def _continue(search: PlannedSearch, attempts: Sequence[Attempt], split_at: float) -> float | None:
    if not attempts:
        return search.from_per_s
    last = attempts[-1]
    if last.verdict == "limited" and _count(attempts, last.rate_per_s) == 1:
        return last.rate_per_s
    low, high = _find_edge(attempts)
    if high is None:
        assert low is not None
        return None if low >= search.to_per_s else min(low * GROWTH, search.to_per_s)
    floor = min(FLOOR_PER_S, search.from_per_s)
    if low is None and high > floor:
        return max(_round(high / GROWTH), floor)
    if low is not None and high / low > 1 + RESOLUTION:
        return _round(low * (high / low) ** split_at)
    return high if _count(attempts, high) == 1 else None


def _explain_end(
    search: PlannedSearch, attempts: Sequence[Attempt], stopped: str
) -> tuple[KneeEnd, str]:
    low, high = _find_edge(attempts)
    if stopped:
        return "not-settled", stopped
    if _continue(search, attempts, split_at=0.5) is not None:
        return "not-settled", f"{len(attempts)} steps did not settle it"
    if high is None:
        return "holds-at-cap", f"it held at search_to = {search.to_per_s:g}/s"
    of_high = [each for each in attempts if each.rate_per_s == high]
    failures = [each for each in of_high if each.verdict == "fails"]
    because = f"at {high:g}/s {(failures or of_high)[-1].because}"
    if not failures:
        return "generator-limited", because
    return ("fails-at-floor" if low is None else "found"), because


def _find_edge(attempts: Sequence[Attempt]) -> tuple[float | None, float | None]:
    """Return the highest rate that ever held, and the lowest above it that never did."""
    held = {each.rate_per_s for each in attempts if each.verdict == "holds"}
    low = max(held, default=None)
    others = (each.rate_per_s for each in attempts if each.rate_per_s not in held)
    return low, min((rate for rate in others if low is None or rate > low), default=None)


def _count(attempts: Sequence[Attempt], rate_per_s: float) -> int:
    return sum(each.rate_per_s == rate_per_s for each in attempts)


def _round(rate_per_s: float) -> float:
    return float(f"{rate_per_s:.{_DIGITS}g}")
