"""The page of a run: answers and verdicts first, then a part for each experiment."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from bench.model.claim import ClaimVerdict
from bench.model.condensed import CondensedRow
from bench.model.figure_data import FigureData
from bench.model.grouping import group_by
from bench.model.run import RunDocument, RunRecord, StoredRun
from bench.reporting.answers import build_answers
from bench.reporting.caution_legend import EXPLANATIONS
from bench.reporting.charts.caption import write_caption
from bench.reporting.charts.drawing import draw_chart
from bench.reporting.claim_tables import build_claim_sections
from bench.reporting.doubts import build_doubts
from bench.reporting.html.page import Chart, Doubt, Page, Part
from bench.reporting.labels import counted
from bench.reporting.run_header import build_run_header
from bench.reporting.table import Section
from bench.reporting.tables import build_sections
from bench.reporting.threshold_table import build_threshold_sections

_NOT_ALL_DRAWN: Final = "; not all of its charts are here: bench figures RUN --each draws them"
_NOT_IN_ANCHORS: Final = re.compile(r"[^a-z0-9_.]+")


def build_run_page(
    run: StoredRun,
    document: RunDocument,
    condensed: Sequence[CondensedRow],
    figures: Mapping[str, Sequence[FigureData]],
    claims: Sequence[ClaimVerdict] = (),
    *,
    all_drawn: bool = True,
) -> Page:
    """Build the page of a run.

    Args:
        run: the run.
        document: its numbers.
        condensed: the same, trials taken together.
        figures: what is drawn of each experiment, by its name, the most important first; of the
            run as a whole by the empty name.
        claims: what the suite says of it, if it has the experiments.
        all_drawn: whether there are no more of them; if there are, the page says so.
    """
    record = run.record
    answers = [each] if (each := build_answers(record.plan, document.comparisons)) else []
    of_all = figures.get("", ())
    verdicts = [
        *(build_claim_sections(claims, with_evidence=False) if claims else ()),
        *build_threshold_sections(document.thresholds),
    ]
    last = [
        *(build_claim_sections(claims, with_evidence=True)[1:] if claims else ()),
        build_doubts(run, condensed),
    ]
    rows_of = group_by(condensed, lambda row: row.experiment)
    parts = [
        *_plain_parts(answers, () if verdicts else of_all, record),
        *_plain_parts(verdicts, of_all, record),
        *(
            Part(
                anchor=_anchor("experiment", section.title),
                section=section,
                charts=tuple(_charts(section.title, figures.get(section.title, ()), record)),
                doubts=_doubts(rows_of.get(section.title, ())),
            )
            for section in build_sections(
                record.plan, condensed, document.comparisons, document.knees
            )
        ),
        *_plain_parts(last, (), record),
    ]
    return Page(
        title=record.plan.name,
        lead=_lead(run) + ("" if all_drawn else _NOT_ALL_DRAWN),
        parts=tuple(parts),
        facts=build_run_header(record),
        commands=(shlex.join(("bench", *record.argv)),),
    )


def _lead(run: StoredRun) -> str:
    record = run.record
    machine = record.environment
    trials = counted(len(run.trials), "trial")
    if run.unfinished:
        trials += f" of {len(record.plan.trials)}"
    return (
        f"{_moment(record.started_at)}, {trials}, on {machine.cpu_model} with "
        f"{counted(machine.cores, 'core')}, {machine.python}"
    )


def _moment(started_at: str) -> str:
    try:
        moment = datetime.fromisoformat(started_at)
    except ValueError:
        return started_at
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment.tzinfo else started_at


def _plain_parts(
    sections: Sequence[Section], figures: Sequence[FigureData], record: RunRecord
) -> Iterator[Part]:
    """Yield sections about the run as a whole, its figures with the first of them."""
    for number, section in enumerate(sections):
        charts = tuple(_charts("", figures, record)) if not number else ()
        yield Part(anchor=_anchor("about", section.title), section=section, charts=charts)


def _charts(owner: str, figures: Sequence[FigureData], record: RunRecord) -> Iterator[Chart]:
    for number, data in enumerate(figures):
        yield Chart(
            name=_anchor(f"chart-{number}", owner) if owner else f"chart-of-all-{number}",
            title=data.figure.title.removeprefix(f"{owner}: ").partition(": ")[0],
            caption=" ".join(write_caption(data, [record])),
            spec=draw_chart(data),
        )


def _doubts(rows: Sequence[CondensedRow]) -> tuple[Doubt, ...]:
    raised = dict.fromkeys(code for row in rows for code in row.cautions)
    return tuple(
        Doubt(code.value, EXPLANATIONS[code].means, EXPLANATIONS[code].do) for code in raised
    )


def _anchor(kind: str, title: str) -> str:
    return f"{kind}-{_NOT_IN_ANCHORS.sub('-', title.lower()).strip('-')}"
