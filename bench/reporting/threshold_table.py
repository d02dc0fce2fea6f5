"""Tables of thresholds: each in every place that it holds for, and what was found there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from bench.model.threshold import Finding, ThresholdVerdict
from bench.reporting.estimate_text import write_estimate
from bench.reporting.labels import describe_load_model, label_stratum
from bench.reporting.number_text import NOTHING
from bench.reporting.table import Column, Row, Section, Table, without_empty_columns

_WORDS: Final[Mapping[Finding, str]] = MappingProxyType(
    {
        Finding.HELD: "held",
        Finding.CROSSED: "CROSSED",
        Finding.INCONCLUSIVE: "inconclusive",
        Finding.NOT_MEASURED: "not measured",
    }
)
_MOST_PLACES: Final = 3
"""Of one reason; more are counted."""


def build_threshold_sections(verdicts: Sequence[ThresholdVerdict]) -> tuple[Section, ...]:
    """Build the section of a run's thresholds; none where its experiments have none.

    Lines in the order given: by threshold as the file has them, then by place.
    """
    if not verdicts:
        return ()
    summary = f"{count_findings(verdicts)}."
    return (Section(title="Thresholds", paragraphs=(summary,), tables=(_build_table(verdicts),)),)


def count_findings(verdicts: Iterable[ThresholdVerdict]) -> str:
    """Say how many there are of each finding, such as `5 held, 1 CROSSED`."""
    found = Counter(verdict.verdict for verdict in verdicts)
    return ", ".join(f"{found[each]} {_WORDS[each]}" for each in Finding if found[each])


def _build_table(verdicts: Sequence[ThresholdVerdict]) -> Table:
    several = len({verdict.experiment for verdict in verdicts}) > 1
    table = Table(
        caption=_caption(verdicts),
        columns=(
            Column(title="threshold", foldable=True, key=True),
            Column(title="load", align="right", key=True),
            Column(title="variant", foldable=True, key=True),
            Column(title="verdict"),
            Column(title="value", align="right"),
            Column(title="n", align="right"),
            Column(title="request", foldable=True, rank=1),
            Column(title="stratum", foldable=True, rank=1),
            Column(title="experiment", foldable=True, rank=1),
        ),
        rows=tuple(_row(verdict, several=several) for verdict in verdicts),
        notes=_notes(verdicts),
    )
    return without_empty_columns(table)


def _row(verdict: ThresholdVerdict, *, several: bool) -> Row:
    return Row(
        cells=(
            verdict.threshold,
            NOTHING if verdict.load is None else str(verdict.load),
            verdict.variant or NOTHING,
            _WORDS[verdict.verdict],
            write_estimate(verdict),
            str(verdict.n),
            verdict.name or "",
            label_stratum(verdict.stratum),
            verdict.experiment if several else "",
        ),
        counts=verdict.verdict is not Finding.NOT_MEASURED,
    )


def _caption(verdicts: Sequence[ThresholdVerdict]) -> str:
    levels = " or ".join(f"{level * 100:g} %" for level in sorted({v.level for v in verdicts}))
    methods = ", ".join(sorted({v.method for v in verdicts if v.value is not None}))
    has_ratios = any(verdict.against for verdict in verdicts)
    ratio = " Where the bound is a multiple of a quantity, the value is the ratio of both."
    return (
        f"Value with its {levels} interval{f' ({methods})' if methods else ''} over n trials. "
        "Held: all of it is on the right side of the bound; crossed: all is on the wrong one; "
        f"inconclusive: it straddles the bound.{ratio if has_ratios else ''} "
        f"{describe_load_model(verdict.load for verdict in verdicts)}"
    ).rstrip()


def _notes(verdicts: Iterable[ThresholdVerdict]) -> tuple[str, ...]:
    """Say each reason once, with the places that it holds for."""
    places: dict[str, list[str]] = {}
    for verdict in verdicts:
        if verdict.because and verdict.verdict is not Finding.HELD:
            places.setdefault(verdict.because, []).append(_place(verdict))
    return tuple(f"{_listed(found)}: {because}." for because, found in places.items())


def _place(verdict: ThresholdVerdict) -> str:
    parts = [verdict.variant or "", f"at {verdict.load}" if verdict.load else ""]
    where = " ".join(filter(None, parts))
    return f"{verdict.threshold}{f' ({where})' if where else ''}"


def _listed(places: Sequence[str]) -> str:
    more = len(places) - _MOST_PLACES
    shown = "; ".join(places[:_MOST_PLACES])
    return f"{shown} and {more} more" if more > 0 else shown
