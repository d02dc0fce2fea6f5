"""`python -m benchmarks.reference`: write the reference run's verdicts into docs and README."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bench.analysis.claims.judging import judge_claims
from bench.cli.choosing import read_suite
from bench.storage.reading_runs import list_runs, read_run
from benchmarks.reference.pages import fill_page

PROJECT = Path(__file__).parents[2]
REFERENCE = PROJECT / "results" / "reference"


def list_pages() -> Iterator[Path]:
    """List the pages that may have marks."""
    yield PROJECT / "README.md"
    yield from sorted((PROJECT / "docs").rglob("*.md"))


def find_changes() -> dict[Path, str]:
    """Return the pages that are not as the reference run has them, with what they should be."""
    runs = [read_run(path) for path in sorted(list_runs(REFERENCE))]
    verdicts = {claim.id: claim for claim in judge_claims(read_suite().claims, runs)}
    records = [run.record for run in runs]
    texts = {page: page.read_text() for page in list_pages()}
    filled = {page: fill_page(text, verdicts, records) for page, text in texts.items()}
    return {page: filled[page] for page in filled if filled[page] != texts[page]}


def main() -> None:
    """Write what has changed."""
    for page, text in find_changes().items():
        page.write_text(text)
        sys.stderr.write(f"{page.relative_to(PROJECT)} was written anew\n")


if __name__ == "__main__":
    main()
