"""Tables of ratios: a line per load level and candidate, a column per quantity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from bench.model.arm import Mode
from bench.model.comparison import Comparison
from bench.model.load_level import LoadLevel
from bench.reporting.key_columns import INVALID_MARK
from bench.reporting.labels import counted, describe_load_model, label_load
from bench.reporting.number_text import NOTHING, three_digits
from bench.reporting.table import Column, Row, Table

_TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "throughput_per_s": "throughput",
        "p50_s": "p50",
        "p95_s": "p95",
        "p99_s": "p99",
        "cpu_s_per_request": "CPU/req",
        "memory_bytes": "memory",
        "pss_bytes": "memory (PSS)",
        "rss_bytes": "memory (RSS)",
        "threads": "threads",
        "bystander_p99_s": "bystander p99",
        "stream_events_per_s": "events",
        "stream_first_event_p50_s": "first event p50",
        "stream_delivery_p50_s": "delivery p50",
        "stream_delivery_p99_s": "delivery p99",
    }
)
_RANKS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "throughput_per_s": 0,
        "p50_s": 1,
        "p99_s": 0,
        "cpu_s_per_request": 2,
        "memory_bytes": 3,
        "pss_bytes": 3,
        "rss_bytes": 3,
        "bystander_p99_s": 1,
        "stream_events_per_s": 0,
        "stream_delivery_p99_s": 1,
        "p95_s": 4,
        "threads": 5,
    }
)
_RANK_OF_OTHERS: Final = 9

_OF_DUETS: Final = (
    "Pairs are the arms of a duet, loaded at the same time on the same core: the ratio says what "
    "the one costs beside the other, and nothing of either with a core of its own."
)
_NO_PAIRS: Final = "No pair of trials: nothing was measured of both sides in one repetition."
_NO_VALID_PAIRS: Final = "No valid pair of trials: each has a step that is not valid."

_Line = tuple[LoadLevel | None, str, Mode]


def build_ratio_table(comparisons: Sequence[Comparison], *, title: str = "") -> Table:
    """Build the table of one experiment's and stratum's ratios, lines in the order given.

    A cell reads `3.91 [3.70, 4.13]`; without an interval, or without a ratio, a note says why.
    """
    quantities = _quantities(comparisons)
    lines: dict[_Line, dict[str, Comparison]] = {}
    for comparison in comparisons:
        key = (comparison.load, comparison.candidate, comparison.mode)
        line = lines.setdefault(key, {})
        line[comparison.quantity] = comparison
    return Table(
        title=title,
        caption=_caption(comparisons),
        columns=(
            Column(title="load", align="right", key=True),
            Column(title="candidate", foldable=True, key=True),
            Column(title="n", align="right", key=True),
            *(_column(quantity) for quantity in quantities),
        ),
        rows=tuple(_row(line, found, quantities) for line, found in lines.items()),
        notes=_notes(comparisons),
    )


def _quantities(comparisons: Iterable[Comparison]) -> list[str]:
    found = {comparison.quantity for comparison in comparisons}
    known = [quantity for quantity in _TITLES if quantity in found]
    return known + sorted(found - set(known))


def _column(quantity: str) -> Column:
    return Column(
        title=title_of_quantity(quantity), align="right", rank=_RANKS.get(quantity, _RANK_OF_OTHERS)
    )


def title_of_quantity(quantity: str) -> str:
    """Return what a compared quantity is called."""
    return _TITLES.get(quantity, quantity)


def _row(line: _Line, found: Mapping[str, Comparison], quantities: Sequence[str]) -> Row:
    load, candidate, _ = line
    pairs = sorted({comparison.n for comparison in found.values()})
    n = str(pairs[0]) if len(pairs) == 1 else f"{pairs[0]}-{pairs[-1]}"
    cells = (_cell(found.get(quantity)) for quantity in quantities)
    return Row(
        cells=(label_load(load), candidate, n, *cells),
        counts=any(comparison.valid for comparison in found.values()),
    )


def _cell(comparison: Comparison | None) -> str:
    if comparison is None or comparison.ratio is None:
        return NOTHING
    mark = "" if comparison.valid else INVALID_MARK
    ratio = three_digits(comparison.ratio)
    if comparison.low is None or comparison.high is None:
        return f"{ratio}{mark}"
    return f"{ratio}{mark} [{three_digits(comparison.low)}, {three_digits(comparison.high)}]"


def _caption(comparisons: Sequence[Comparison]) -> str:
    baselines = " or ".join(sorted({comparison.baseline for comparison in comparisons}))
    levels = " or ".join(f"{level * 100:g} %" for level in _levels(comparisons))
    methods = sorted({comparison.method for comparison in comparisons if comparison.method})
    how = f" ({'; '.join(methods)})" if methods else ""
    unpaired = methods and all(method.startswith("Welch") for method in methods)
    counts = "trials of the side that has fewer" if unpaired else "pairs of trials"
    return (
        f"Ratio candidate / {baselines}, with its {levels} interval{how}; n is the number of "
        f"{counts}. "
        f"{describe_load_model(comparison.load for comparison in comparisons)}"
    )


def _levels(comparisons: Iterable[Comparison]) -> list[float]:
    return sorted({comparison.level for comparison in comparisons})


def _notes(comparisons: Sequence[Comparison]) -> tuple[str, ...]:
    of_duets = (_OF_DUETS,) if any(each.mode == "duet" for each in comparisons) else ()
    return (*of_duets, *_shortcomings(comparisons))


def _shortcomings(comparisons: Sequence[Comparison]) -> tuple[str, ...]:
    if comparisons and all(comparison.n == 0 for comparison in comparisons):
        without_pairs = {comparison.dropped == 0 for comparison in comparisons}
        if len(without_pairs) == 1:
            return (_NO_PAIRS if without_pairs.pop() else _NO_VALID_PAIRS,)
    notes: list[str] = []
    if any(c.n == 1 and c.ratio is not None and c.low is None for c in comparisons):
        notes.append("n = 1: no interval. Repeat the trials (--repeat) to get one.")
    if any(not c.valid and c.ratio is not None for c in comparisons):
        notes.append(f"{INVALID_MARK} not valid: too little of it counts.")
    return (*notes, *_reasons(comparisons), *_dropped(comparisons))


def _reasons(comparisons: Iterable[Comparison]) -> list[str]:
    """Say each reason once, with all places that it holds for.

    Quantities are named where it doesn't hold for all of a place's.
    """
    titles: dict[str, list[str]] = {}
    places: dict[str, dict[str, list[str]]] = {}
    for comparison in comparisons:
        place, title = _place(comparison), title_of_quantity(comparison.quantity)
        titles.setdefault(place, []).append(title)
        lone_pair = comparison.n == 1 and comparison.ratio is not None and comparison.valid
        if comparison.because and not lone_pair:
            places.setdefault(comparison.because, {}).setdefault(place, []).append(title)
    return [
        f"{'; '.join(_listed(place, found, titles[place]) for place, found in of.items())}: {why}"
        for why, of in places.items()
    ]


def _listed(place: str, found: Sequence[str], titles: Sequence[str]) -> str:
    return place if found == titles else f"{place} ({', '.join(found)})"


def _place(comparison: Comparison) -> str:
    if comparison.load is None:
        return comparison.candidate
    return f"{comparison.candidate} at {comparison.load}"


def _dropped(comparisons: Iterable[Comparison]) -> list[str]:
    most: dict[str, int] = {}
    for comparison in comparisons:
        place = _place(comparison)
        most[place] = max(most.get(place, 0), comparison.dropped)
    return [
        f"{place}: {counted(dropped, 'pair')} left out, as a step was not valid."
        for place, dropped in most.items()
        if dropped
    ]
