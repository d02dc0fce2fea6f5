from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from bench.cli.choosing import read_suite
from bench.model.claim import ClaimVerdict, EvidenceVerdict
from bench.model.environment import Environment
from bench.model.figure import VerdictsFigure
from bench.model.figure_data import FigureData
from bench.model.run import RunRecord
from benchmarks.reference.__main__ import find_changes, list_pages
from benchmarks.reference.pages import fill_page

PAGE = """# A page
<!-- claims: C05 -->
old
<!-- end of claims -->
between
<!-- verdicts -->
<!-- end of verdicts -->
after
"""
FIGURE = """<!-- figure: memory -->
old
<!-- end of figure -->
"""


@pytest.fixture
def claim(build_evidence: Callable[..., EvidenceVerdict]) -> ClaimVerdict:
    return ClaimVerdict(
        id="C05",
        says="threads | prevent density",
        verdict="nuanced",
        because="so: 400 users",
        evidence=(build_evidence(role="unless"),),
    )


@pytest.fixture
def record() -> RunRecord:
    machine = Environment.model_construct(
        cpu_model="a CPU", cores=2, memory_bytes=2**30, kernel="6.18", python="CPython 3.11.7"
    )
    return RunRecord.model_construct(run_id="one", environment=machine)


def test_marks_are_filled_and_all_else_stays(claim: ClaimVerdict, record: RunRecord) -> None:
    page = fill_page(PAGE, {"C05": claim}, [record], {}, "figures")

    assert "old" not in page
    assert "4.91 [4.80, 5.02]" in page
    assert "400 users (exception)" in page
    assert r"threads \| prevent density" in page
    assert "1 nuanced." in page
    assert "Run one on a CPU, 2 cores, 1.0 GiB" in page
    assert [line for line in page.splitlines() if line in ("# A page", "between", "after")]
    assert fill_page(page, {"C05": claim}, [record], {}, "figures") == page


def test_without_a_run_it_says_so(claim: ClaimVerdict) -> None:
    page = fill_page(PAGE + FIGURE, {"C05": claim}, [], {}, "figures")
    assert page.count("There is no reference run yet.") == 3


def test_a_brief_has_a_line_for_each_of_its_claims(claim: ClaimVerdict, record: RunRecord) -> None:
    other = claim.model_copy(update={"id": "C06", "says": "another", "verdict": "supported"})
    page = "<!-- brief: C05 -->\n<!-- end of brief -->\n"

    filled = fill_page(page, {"C05": claim, "C06": other}, [record], {}, "figures")

    assert "1 supported" in filled
    assert "1 nuanced" in filled
    assert r"| C05: threads \| prevent density | nuanced | so: 400 users |" in filled
    assert "another" not in filled


def test_a_figure_stands_where_its_mark_is_seen_from_the_page(record: RunRecord) -> None:
    drawn = FigureData.model_construct(figure=VerdictsFigure(kind="verdicts", title="T", alt="A|B"))

    page = fill_page(FIGURE, {}, [record], {"memory": drawn}, "../figures")

    assert page == FIGURE.replace("old", r"![A\|B](../figures/memory.svg)")
    with pytest.raises(KeyError):
        fill_page(FIGURE, {}, [record], {}, "../figures")


def test_a_mark_of_a_claim_that_there_is_not_is_an_error(record: RunRecord) -> None:
    with pytest.raises(KeyError):
        fill_page(PAGE, {}, [record], {}, "figures")


def test_every_claim_of_the_suite_is_told_of_on_some_page() -> None:
    marks = re.compile(r"<!-- claims: ([A-Z0-9 ]+) -->")
    told = {
        name
        for page in list_pages()
        for ids in marks.findall(page.read_text())
        for name in ids.split()
    }

    assert told == set(read_suite().claims)


def test_readme_and_docs_are_as_the_reference_run_has_them() -> None:
    """`nox -s reference` writes them."""
    assert list(find_changes()) == []
