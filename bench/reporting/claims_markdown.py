"""Claims in Markdown: the verdicts, and below them what each stands on."""

from __future__ import annotations

from collections.abc import Sequence

from bench.model.claim import ClaimVerdict
from bench.model.run import StoredRun
from bench.reporting.claim_tables import build_claim_sections
from bench.reporting.escaping import escape_markdown
from bench.reporting.markdown import write_markdown_section
from bench.reporting.run_header import build_run_header


def write_claims_markdown(claims: Sequence[ClaimVerdict], runs: Sequence[StoredRun]) -> str:
    """Write all claims with their evidence, and which runs it is from."""
    facts = ["\n".join(map(_fact, build_run_header(run.record))) for run in runs]
    sections = build_claim_sections(claims, with_evidence=True)
    return "\n\n".join((*facts, *map(write_markdown_section, sections))) + "\n"


def _fact(fact: tuple[str, str]) -> str:
    name, text = fact
    return f"- {name}: {escape_markdown(text)}"
