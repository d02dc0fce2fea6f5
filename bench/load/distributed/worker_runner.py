"""Locust's worker, whose users start when a step says so."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

from locust.env import Environment
from locust.rpc import Message
from locust.runners import STATE_INIT, WorkerRunner

from bench.load.distributed.master_runner import OURS
from bench.load.distributed.sealed_sockets import make_message
from bench.load.failure import DriverFailure

Obey = Callable[[str, dict[str, Any]], None]


class FleetWorkerRunner(WorkerRunner):
    """Locust's worker: it joins, keeps up its heartbeat, and spawns and stops its users."""

    def __init__(self, environment: Environment, host: str, port: int, obey: Obey) -> None:
        self._obey = obey
        self.dealt: dict[str, int] = {}
        """How many users of each class the next step has here."""
        self.heard_s = perf_counter()
        """When the master was heard last."""
        super().__init__(environment, host, port)

    def connect_to_master(self) -> None:
        """Join once: whether the master is there was seen before.

        Raises:
            DriverFailure: it does not answer.
        """
        self.client.send(make_message("client_ready", -1, self.client_id))
        if not self.connection_event.wait(timeout=5):
            raise DriverFailure("fleet", "The master did not take up this worker.")
        self.connected = True

    def handle_message(self, msg: Message) -> None:
        """Pass on what is ours; answer pings at once, as their time counts."""
        self.heard_s = perf_counter()
        kind = str(msg.type)
        if kind == f"{OURS}ping":
            self.tell("pong", msg.data | {"answered_s": perf_counter()})
        elif kind.startswith(OURS):
            self._obey(kind.removeprefix(OURS), msg.data)
        else:
            super().handle_message(msg)

    def tell(self, kind: str, data: dict[str, Any]) -> None:
        """Send a message of ours to the master."""
        self.client.send(make_message(OURS + kind, data, self.client_id))

    def hang_up(self) -> None:
        """Close the connection, once what was said last has left."""
        self.greenlet.kill()  # who listens would else see the socket break
        client: Any = self.client
        client.close()

    def start(self, user_count: int, spawn_rate: float, *_: object, **__: object) -> None:  # noqa: ARG002 - Locust's signature
        """Start the users that were dealt to this worker."""
        test_start: Any = self.environment.events.test_start
        test_start.fire(environment=self.environment)
        self.start_worker(self.dealt)

    def stop(self) -> None:
        """Stop all users, and be ready for more."""
        super().stop()
        self.worker_state = STATE_INIT

    def stats_reporter(self) -> None:  # type: ignore[override]
        """Do nothing: what there is to report is in the slices."""

    def logs_reporter(self) -> None:
        """Do nothing: each process keeps a log of its own."""

    def heartbeat_timeout_checker(self) -> None:  # type: ignore[override]
        """Do nothing: the session watches for a master that falls silent."""
