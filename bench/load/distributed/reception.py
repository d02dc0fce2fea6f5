"""The reception: who may join a fleet, and what it is given to begin with."""

from __future__ import annotations

from typing import Any

from bench.load.distributed.kit import Kit, share_kit
from bench.load.distributed.member import Member
from bench.load.distributed.seeds import derive_seed
from bench.load.failure import DriverFailure


class Reception:
    """Admit as many workers as there are places, if they run the same code.

    Args:
        seed: the trial's; each worker's derives from it.
    """

    def __init__(self, kit: Kit, *, workers: int, version: str, seed: int) -> None:
        self._kit = kit
        self._workers = workers
        self._version = version
        self._seed = seed
        self.members: list[Member] = []

    @property
    def is_full(self) -> bool:
        """Whether every place is taken."""
        return len(self.members) >= self._workers

    def receive(self, join_id: str, hello: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Answer a worker that would join: the type of the message, and what it says.

        Raises:
            DriverFailure: its version is another; the answer is `refusal`.
        """
        if any(member.joined_by == join_id for member in self.members):
            return "", {}  # it asked twice
        if self.is_full:
            return "no-place", {}
        index = len(self.members)
        member = Member(
            index=index,
            name=str(hello["name"]),
            host=str(hello["host"]),
            pid=int(hello["pid"]),
            version=str(hello["version"]),
            seed=derive_seed(self._seed, index),
            joined_by=join_id,
        )
        if member.version != self._version:
            raise OtherVersionError(member, self._version)
        self.members.append(member)
        kit = share_kit(self._kit, index, self._workers)
        return "welcome", {"index": index, "workers": self._workers, "kit": kit}


class OtherVersionError(DriverFailure):
    """A worker runs other code than its master: what both send could not be added up."""

    def __init__(self, member: Member, version: str) -> None:
        super().__init__(
            "fleet",
            f"A worker on {member.host} (pid {member.pid}) runs pairbench {member.version}, its "
            f"master {version}: all workers need the version of the master.",
        )
