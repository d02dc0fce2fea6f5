"""Pages: where a page has a mark that names claims, what the reference run says of them.

A mark is `<!-- claims: C01 C02 -->`, and what follows it up to `<!-- end of claims -->` is written
anew; `<!-- verdicts -->` to `<!-- end of verdicts -->` is a table of all of them, and
`<!-- figure: memory -->` to `<!-- end of figure -->` one of the suite's figures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from bench.model.claim import ClaimVerdict, EvidenceVerdict
from bench.model.figure_data import FigureData
from bench.model.run import RunRecord
from bench.reporting.claim_tables import count_verdicts, write_found, write_verdict
from bench.reporting.escaping import escape_markdown
from bench.reporting.estimate_text import write_estimate
from bench.units import format_bytes

_CLAIMS: Final = re.compile(
    r"(?P<mark><!-- claims: (?P<ids>[A-Za-z0-9_. -]+?) -->\n).*?(?P<end><!-- end of claims -->\n)",
    re.DOTALL,
)
_VERDICTS: Final = re.compile(
    r"(?P<mark><!-- verdicts -->\n).*?(?P<end><!-- end of verdicts -->\n)", re.DOTALL
)

_FIGURE: Final = re.compile(
    r"(?P<mark><!-- figure: (?P<name>[A-Za-z0-9_.-]+) -->\n).*?(?P<end><!-- end of figure -->\n)",
    re.DOTALL,
)

_NOT_YET: Final = "There is no reference run yet.\n"


def fill_page(
    page: str,
    claims: Mapping[str, ClaimVerdict],
    records: Sequence[RunRecord],
    figures: Mapping[str, FigureData],
    folder: str,
) -> str:
    """Return a page with what was found at each of its marks.

    Args:
        page: the page's text.
        claims: what became of each claim.
        records: of the reference runs.
        figures: those that were drawn.
        folder: where their files are, as seen from the page.

    Raises:
        KeyError: a mark names a claim or a figure that there is not.
    """

    def of_figure(match: re.Match[str]) -> str:
        if not records:
            return f"{match['mark']}{_NOT_YET}{match['end']}"
        drawn = figures[match["name"]].figure
        image = f"![{escape_markdown(drawn.alt)}]({folder}/{match['name']}.svg)\n"
        return match["mark"] + image + match["end"]

    def of_claims(match: re.Match[str]) -> str:
        if not records:
            return f"{match['mark']}{_NOT_YET}{match['end']}"
        chosen = [claims[name] for name in match["ids"].split()]
        return match["mark"] + write_claims(chosen) + match["end"]

    def of_all(match: re.Match[str]) -> str:
        if not records:
            return f"{match['mark']}{_NOT_YET}{match['end']}"
        return match["mark"] + write_verdicts(list(claims.values()), records) + match["end"]

    return _FIGURE.sub(of_figure, _VERDICTS.sub(of_all, _CLAIMS.sub(of_claims, page)))


def write_claims(claims: Sequence[ClaimVerdict]) -> str:
    """Write claims with their verdicts, each above a table of its checks."""
    return "\n".join(_claim(claim) for claim in claims)


def write_verdicts(claims: Sequence[ClaimVerdict], records: Sequence[RunRecord]) -> str:
    """Write which run it is, and a line for each claim."""
    lines = [f"{_run(record)}\n" for record in records]
    lines += ["", f"{count_verdicts(claims)}.", "", "| claim | verdict | |", "|---|---|---|"]
    lines += [
        f"| {claim.id}: {escape_markdown(claim.says)} | {write_verdict(claim)} "
        f"| {escape_markdown(claim.because)} |"
        for claim in claims
    ]
    return "\n".join(lines) + "\n"


def _run(record: RunRecord) -> str:
    machine = record.environment
    return (
        f"Run {record.run_id} on {machine.cpu_model}, {machine.cores} cores, "
        f"{format_bytes(machine.memory_bytes)}, Linux {machine.kernel}, {machine.python}."
    )


def _claim(claim: ClaimVerdict) -> str:
    rows = "".join(map(_evidence, claim.evidence))
    return (
        f"**{claim.id}. {escape_markdown(claim.says)}** {write_verdict(claim).capitalize()}.\n\n"
        f"| where | check | found | n | |\n|---|---|---:|---:|---|\n{rows}"
    )


def _evidence(evidence: EvidenceVerdict) -> str:
    exception = "" if evidence.role == "holds" else " (exception)"
    where = f"{escape_markdown(evidence.where)}{exception}"
    # In brackets that nothing escapes: an interval is no link where no round bracket follows.
    found = write_estimate(evidence)
    return (
        f"| {where} | `{evidence.threshold}` | {found} | {evidence.n} | {write_found(evidence)} |\n"
    )
