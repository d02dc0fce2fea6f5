from __future__ import annotations

from bench.execution.supervision.kinship import attribute
from bench.execution.supervision.process_table import ProcessEntry, tree_of

_SUPERVISOR = 10
_LEADERS = {20: b"TREE=a", 30: b"TREE=b"}


def table(*rows: tuple[int, int, int]) -> dict[int, ProcessEntry]:
    return {row[0]: ProcessEntry(*row) for row in ((1, 0, 1), (_SUPERVISOR, 1, 10), *rows)}


def owners(
    *rows: tuple[int, int, int], marks: dict[int, bytes] | None = None
) -> dict[int, int | None]:
    known = marks or {}
    return attribute(
        table(*rows),
        supervisor=_SUPERVISOR,
        leaders=_LEADERS,
        bears=lambda pid, mark: known.get(pid) == mark,
    )


def test_a_descendant_belongs_to_its_leader_whatever_its_session() -> None:
    assert owners((20, 10, 20), (21, 20, 20), (22, 21, 22)) == {20: 20, 21: 20, 22: 20}


def test_an_orphan_belongs_to_the_leader_of_its_session_even_if_that_is_gone() -> None:
    assert owners((31, 10, 30), (32, 31, 32)) == {31: 30, 32: 30}


def test_an_orphan_in_a_session_of_its_own_is_known_by_its_mark() -> None:
    found = owners((40, 10, 40), (41, 40, 40), marks={40: b"TREE=b"})
    assert found == {40: 30, 41: 30}


def test_an_orphan_that_nothing_tells_of_is_a_stray() -> None:
    assert owners((40, 10, 40)) == {40: None}


def test_strangers_and_the_supervisor_itself_are_nobodys() -> None:
    assert owners((50, 1, 50), (51, 50, 50)) == {}


def test_a_tree_holds_descendants_and_what_is_left_of_the_session() -> None:
    rows = table((20, 10, 20), (21, 20, 21), (22, 10, 20), (30, 10, 30))
    assert tree_of(20, rows) == {20, 21, 22}


def test_a_table_that_changed_while_it_was_read_does_not_go_round_in_circles() -> None:
    assert tree_of(20, table((60, 61, 60), (61, 60, 60))) == set()
