"""The ladder from a polite request to SIGKILL, as pure arithmetic on a clock that is passed in."""

from __future__ import annotations

from enum import Enum

_GIVE_UP_AFTER_S = 10.0
"""A process that survives SIGKILL this long hangs in the kernel, and nothing more can be done."""
_ORPHANS_GRACE_S = 1.0
"""What descendants get after their leader has ended, which should have ended them itself."""


class Rung(Enum):
    """What is due now."""

    WAIT = "wait"
    ASK_ALL = "ask all"
    KILL_ALL = "kill all"
    GIVE_UP = "give up"


class Ladder:
    """The ending of one process tree: its leader was asked, then all are asked, then killed.

    Args:
        grace_s: from the request to the leader to SIGKILL; after half of it all others are asked.
        now_s: when the leader was asked, or had ended by itself.
    """

    def __init__(self, grace_s: float, now_s: float) -> None:
        self._grace_s = grace_s
        self._ask_all_at_s = now_s + grace_s / 2
        self._kill_all_at_s = now_s + grace_s
        self._asked_all = False

    def leader_ended(self, now_s: float) -> None:
        """Hurry: who outlives the leader is asked at once, and has but a moment."""
        patience_s = min(_ORPHANS_GRACE_S, self._grace_s / 2)
        self._ask_all_at_s = min(self._ask_all_at_s, now_s)
        self._kill_all_at_s = min(self._kill_all_at_s, now_s + patience_s)

    def climb(self, now_s: float) -> Rung:
        """Return what is due at this time; `ASK_ALL` only once."""
        if now_s >= self._kill_all_at_s + _GIVE_UP_AFTER_S:
            return Rung.GIVE_UP
        if now_s >= self._kill_all_at_s:
            return Rung.KILL_ALL
        if now_s >= self._ask_all_at_s and not self._asked_all:
            self._asked_all = True
            return Rung.ASK_ALL
        return Rung.WAIT
