"""Whose process is whose: descendants of the supervisor, attributed to its children."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bench.execution.supervision.process_table import ProcessTable, ancestry, has_environment


def attribute(
    table: ProcessTable,
    *,
    supervisor: int,
    leaders: Mapping[int, bytes],
    bears: Callable[[int, bytes], bool] = has_environment,
) -> dict[int, int | None]:
    """Return the leader that each descendant of the supervisor belongs to; None for strays.

    A process is its leader's by descent, by session, or (where it left its session and was
    re-parented to the supervisor) by the mark in its environment. Strays have none of these.

    Args:
        table: all living processes.
        supervisor: its pid.
        leaders: the mark of each child's environment (`NAME=value`) by the pid of its leader.
        bears: says whether a process was started with a mark in its environment.
    """
    owners: dict[int, int | None] = {}
    for pid in table:
        line = ancestry(pid, table)
        kin = [mark for entry in line for mark in (entry.pid, entry.session) if mark in leaders]
        tops = [entry.pid for entry in line if entry.parent == supervisor]
        if kin:
            owners[pid] = kin[0]
        elif tops:
            marked = (leader for leader, mark in leaders.items() if bears(tops[0], mark))
            owners[pid] = next(marked, None)
    return owners
