"""The report of a run as a whole, without a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.analysis.documenting import document_run
from bench.cli import html_report
from bench.model.run import StoredRun
from bench.model.suite import Suite

CUT = "not all of its charts are here"


@pytest.mark.parametrize(("most", "cut"), [(400, False), (3, True)])
def test_a_report_has_charts_until_there_is_no_more_room(
    make_whole_run: Callable[..., StoredRun],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    most: int,
    cut: bool,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(html_report, "_DRAWN_AT_MOST", most)
    run = make_whole_run(experiments=2)

    page = html_report.build_html_report(run, document_run(run))

    drawn = re.findall(r'class="chart"', page)
    assert (len(drawn) == most) is cut
    assert (CUT in page) is cut
    assert page.count("experiment-1") > 0
    data = re.search(r'<script[^>]*id="data"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert data is not None
    assert len(json.loads(data[1])["charts"]) == len(drawn)


def test_each_chart_of_an_experiment_has_a_tab_of_its_own(
    make_whole_run: Callable[..., StoredRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a suite's figures those are left out that tell what default ones do."""
    about = {"experiment": "experiment-0", "kind": "lines", "alt": "-"}
    line = {"label": "what there is", "at": "1GiB"}
    figures = {
        "same": about | {"title": "Like others: memory", "quantities": "memory"},
        "more": about | {"title": "With a line: more", "quantities": "memory", "references": line},
    }
    suite = Suite.model_validate({"figures": figures})
    monkeypatch.setattr(html_report, "read_suite", lambda: suite)
    run = make_whole_run(experiments=1)

    page = html_report.build_html_report(run, document_run(run))

    tabs = re.findall(r'role="tab"[^>]*>([^<]+)</button>', page)
    assert {"Memory over load", "With a line"} <= set(tabs)
    assert "Like others" not in tabs
    assert len(set(tabs)) == len(tabs)


def test_the_chart_of_claims_stands_with_the_claims(
    make_whole_run: Callable[..., StoredRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    check = "threads.throughput > 2 * blocking-client.throughput"
    holds = [{"experiment": "experiment-0", "check": check, "where": "at the top"}]
    suite = Suite.model_validate(
        {
            "claims": {"C01": {"says": "Threads are quick.", "holds": holds}},
            "figures": {"all": {"kind": "verdicts", "title": "Claims", "alt": "-"}},
        }
    )
    monkeypatch.setattr(html_report, "read_suite", lambda: suite)
    run = make_whole_run(experiments=1)

    page = html_report.build_html_report(run, document_run(run))

    with_chart = re.findall(
        r'<section id="([^"]+)"(?:(?!</section>).)*chart-of-all-0', page, re.DOTALL
    )
    assert with_chart == ["about-claims"]


@pytest.mark.parametrize(
    ("started_at", "told"),
    [
        ("2026-11-28T18:30:00+02:00", "2026-11-28 16:30 UTC, "),
        ("2026-11-28T18:30:00", "2026-11-28T18:30:00, "),
        ("yesterday", "yesterday, "),
    ],
)
def test_a_report_says_when_its_run_was_started(
    make_whole_run: Callable[..., StoredRun], started_at: str, told: str
) -> None:
    run = make_whole_run(experiments=1, repetitions=1)
    record = run.record.model_copy(update={"started_at": started_at})
    moved = run.model_copy(update={"record": record})

    assert f'<p class="lead">{told}' in html_report.build_html_report(moved, document_run(moved))
