"""Joining: a worker asks its master for a place, before Locust is told anything."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from typing import Any, Literal
from uuid import uuid4

from bench.load.distributed.code_version import read_code_version
from bench.load.distributed.keys import Keys
from bench.load.distributed.master_runner import OURS
from bench.load.distributed.sealed_sockets import SealedClient, make_message

_ANSWER_WITHIN_S = 5.0

Reply = Literal["welcome", "refused", "no-place", "over", "silence"]


@dataclass(frozen=True, slots=True)
class Address:
    """Where a master listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    def accepts(self, within_s: float = 2.0) -> bool:
        """Return whether anybody listens there."""
        try:
            socket.create_connection((self.host, self.port), timeout=within_s).close()
        except OSError:
            return False
        return True

    def own_address(self) -> str:
        """Return the address of this machine that is on the way there; nothing is sent."""
        family, kind, *_, there = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_DGRAM)[
            0
        ]
        with socket.socket(family, kind) as way:
            way.connect(there)
            return str(way.getsockname()[0])


class JoiningTalk:
    """The conversation before a session: a place is asked for; failures are told."""

    def __init__(self, address: Address, keys: Keys) -> None:
        self._address = address
        self._identity = f"join_{uuid4().hex}"
        self._client = SealedClient(keys, address.host, address.port, self._identity)

    def ask(self) -> tuple[Reply, dict[str, Any]]:
        """Ask for a place, and return the answer.

        Silence means that there is no master, or that it knows another token.
        """
        hello = {
            "name": socket.gethostname(),
            "host": self._address.own_address(),
            "pid": os.getpid(),
            "version": read_code_version(),
        }
        self._tell("join", hello)
        answer = self._client.hear(_ANSWER_WITHIN_S)
        if answer is None:
            return "silence", {}
        kind: Any = str(answer.type).removeprefix(OURS)
        return kind, answer.data

    def fail(self, kind: str, message: str) -> None:
        """Tell the master that this worker can't begin."""
        self._tell("failed", {"kind": kind, "message": message})

    def close(self) -> None:
        """End the conversation."""
        self._client.close()

    def _tell(self, kind: str, data: dict[str, Any]) -> None:
        self._client.send(make_message(OURS + kind, data, self._identity))
