"""Pages: where a page has a mark, what the reference run says there.

What follows a mark up to its end, `<!-- end of claims -->` for instance, is written anew:

- `<!-- claims: C01 C02 -->`: each of these claims, with a table of its checks;
- `<!-- brief: C01 C02 -->`: a line for each of them, and how many verdicts there are of each kind;
- `<!-- verdicts -->`: which run it is, and a line for every claim;
- `<!-- figure: memory -->`: one of the suite's figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bench.model.claim import ClaimVerdict, EvidenceVerdict
from bench.model.figure_data import FigureData
from bench.model.run import RunRecord
from bench.reporting.claim_tables import count_verdicts, write_found, write_verdict
from bench.reporting.escaping import escape_markdown
from bench.reporting.estimate_text import write_estimate
from bench.units import format_capacity

_MARK: Final = re.compile(
    r"(?P<mark><!-- (?P<kind>claims|brief|verdicts|figure)"
    r"(?:: (?P<names>[A-Za-z0-9_. -]+?))? -->\n)"
    r".*?(?P<end><!-- end of (?P=kind) -->\n)",
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

    def fill(match: re.Match[str]) -> str:
        if not records:
            return f"{match['mark']}{_NOT_YET}{match['end']}"
        names = (match["names"] or "").split()
        kind = match["kind"]
        match kind:
            case "claims":
                text = write_claims([claims[name] for name in names])
            case "brief":
                text = write_brief([claims[name] for name in names], list(claims.values()))
            case "verdicts":
                text = write_verdicts(list(claims.values()), records)
            case _:
                (name,) = names
                alt = escape_markdown(figures[name].figure.alt)
                text = f"![{alt}]({folder}/{name}.svg)\n"
        return match["mark"] + text + match["end"]

    return _MARK.sub(fill, page)


def write_claims(claims: Sequence[ClaimVerdict]) -> str:
    """Write claims with their verdicts, each above a table of its checks."""
    return "\n".join(_claim(claim) for claim in claims)


def write_brief(claims: Iterable[ClaimVerdict], all_claims: Sequence[ClaimVerdict]) -> str:
    """Write how many verdicts there are of each kind, and a line for some claims."""
    return f"{count_verdicts(all_claims)}. Among them:\n\n{_table(claims)}"


def write_verdicts(claims: Sequence[ClaimVerdict], records: Sequence[RunRecord]) -> str:
    """Write which run it is, and a line for each claim."""
    runs = "\n".join(f"{_run(record)}\n" for record in records)
    return f"{runs}\n{count_verdicts(claims)}.\n\n{_table(claims)}"


def _table(claims: Iterable[ClaimVerdict]) -> str:
    lines = [
        f"| {claim.id}: {escape_markdown(claim.says)} | {write_verdict(claim)} "
        f"| {escape_markdown(claim.because)} |\n"
        for claim in claims
    ]
    return "| claim | verdict | |\n|---|---|---|\n" + "".join(lines)


def _run(record: RunRecord) -> str:
    machine = record.environment
    return (
        f"Run {record.run_id} on {machine.cpu_model}, {machine.cores} cores, "
        f"{format_capacity(machine.memory_bytes)}, Linux {machine.kernel}, {machine.python}."
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
