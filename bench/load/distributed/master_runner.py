"""Locust's master, which leaves to the fleet what becomes of its workers."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any, Final

from locust.dispatch import UsersDispatcher
from locust.env import Environment
from locust.rpc import Message
from locust.runners import MasterRunner

from bench.load.distributed.sealed_sockets import make_message

OURS: Final = "pairbench."
"""What the types of our own messages begin with; all others are Locust's."""

Hear = Callable[[str, str, Any, float], None]
"""Is told who sent, which type of message, what it says, and when it came."""


class FleetMasterRunner(MasterRunner):
    """Locust's master: it knows the workers, hears their heartbeats, and deals out users.

    Where Locust hands a lost worker's users to those that are left, we want the step to be invalid
    instead: nobody may be given more load than was planned, and nobody joins later.
    """

    def __init__(self, environment: Environment, host: str, port: int, hear: Hear) -> None:
        self._hear = hear
        self.takes_workers = True
        super().__init__(environment, host, port)

    def handle_message(self, client_id: str, msg: Message) -> None:
        """Pass on what is for us; let Locust see to the rest, and tell that its sender lives."""
        kind = str(msg.type)
        if kind.startswith(OURS):
            self._hear(client_id, kind.removeprefix(OURS), msg.data, perf_counter())
        elif kind == "client_ready" and not self.takes_workers:
            return
        elif kind == "exception":
            return  # of a user's task: it stands in the worker's log, and its request is counted
        else:
            self._hear(client_id, "", None, perf_counter())
            super().handle_message(client_id, msg)

    def heartbeat_worker(self) -> None:  # type: ignore[override]
        """Do nothing: the fleet itself watches for workers that fall silent."""

    def tell(self, client_id: str, kind: str, data: dict[str, Any]) -> None:
        """Send a message of ours to a worker."""
        self.server.send_to_client(make_message(OURS + kind, data, client_id))

    @property
    def port(self) -> int:
        """Where it really listens."""
        return int(self.server.port)

    def hang_up(self) -> None:
        """Close the connections, once what was said last has left."""
        self.greenlet.kill()  # who listens would else see the socket break
        server: Any = self.server
        server.close()

    def dismiss(self, client_id: str) -> None:
        """Forget a worker."""
        self.clients.pop(client_id, None)

    def deal_out(self, users: int) -> dict[str, dict[str, int]]:
        """Return how many users of each class each worker gets, as Locust shares them out."""
        dispatcher: UsersDispatcher = self.environment.dispatcher_class(
            worker_nodes=list(self.clients.values()), user_classes=self.user_classes
        )
        dispatcher.new_dispatch(target_user_count=users, spawn_rate=max(users, 1))
        return next(dispatcher)
