from __future__ import annotations

import json

from bench.load.distributed.ledger import Ledger


def line(requests: int, kind: str = "requests") -> bytes:
    return json.dumps({"type": kind, "requests": requests}).encode() + b"\n"


def ledger_of(*batches: bytes) -> Ledger:
    ledger = Ledger()
    for batch in batches:
        ledger.add(batch)
    return ledger


def test_the_same_lines_in_other_batches_agree() -> None:
    spooled = ledger_of(line(3) + line(4) + line(0, "generator"))
    assert ledger_of(line(3), line(4) + line(0, "generator")).differs_from(spooled.as_dict()) == ""
    assert (spooled.lines, spooled.requests) == (3, 7)


def test_a_line_that_did_not_come_is_told_in_requests_and_lines() -> None:
    spooled = ledger_of(line(10_000), line(112)).as_dict()
    assert ledger_of(line(10_000)).differs_from(spooled) == (
        "it spooled 10,112 requests in 2 lines; 10,000 requests in 1 lines came"
    )


def test_a_line_that_came_changed_is_told() -> None:
    spooled = ledger_of(line(3, "requests")).as_dict()
    changed = line(3).replace(b'requests",', b'requests" ,')
    assert "other contents" in ledger_of(changed).differs_from(spooled)
