"""Pages of sections alone, such as those of comparisons and gates."""

from __future__ import annotations

from collections.abc import Sequence

from bench.reporting.html.page import Page, Part
from bench.reporting.table import Section


def build_plain_page(
    title: str,
    sections: Sequence[Section],
    *,
    lead: str = "",
    facts: tuple[tuple[str, str], ...] = (),
) -> Page:
    """Build a page with a part for each section, in their order.

    Args:
        title: of the page.
        sections: what it shows.
        lead: a line below the title.
        facts: of run and machine.
    """
    parts = tuple(
        Part(anchor=f"part-{number}", section=section) for number, section in enumerate(sections)
    )
    return Page(title=title, lead=lead, parts=parts, facts=facts)
