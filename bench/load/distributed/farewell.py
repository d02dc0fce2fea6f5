"""`python -m bench.load.distributed.farewell FLEET.json`: tell workers that a run is over."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from time import perf_counter
from typing import Final

import locust  # noqa: F401 - first of all: it patches the standard library for gevent

from bench.load.command_loop import EXIT_FAILED
from bench.load.distributed.keys import derive_keys, read_token
from bench.load.distributed.master_runner import OURS
from bench.load.distributed.orders import FleetOrder
from bench.load.distributed.sealed_sockets import SealedServer, make_message
from bench.load.failure import DriverFailure
from bench.load.log import log_to_stderr

logger = logging.getLogger("bench.load.distributed")

_POLL_MS: Final = 100


def main(arguments: list[str]) -> int:
    """Say farewell to as many workers as there are, or until the time is over."""
    log_to_stderr()
    try:
        order = FleetOrder.read(Path(arguments[0]))
        server = SealedServer(derive_keys(read_token(os.environ)), order.host, order.port)
    except DriverFailure as failure:
        logger.error("%s", failure.message)  # noqa: TRY400 - no traceback for the user
        return EXIT_FAILED
    told: set[str] = set()
    deadline_s = perf_counter() + order.wait_s
    while len(told) < order.workers and perf_counter() < deadline_s:
        if server.socket.poll(_POLL_MS):
            client_id, message = server.recv_from_client()
            server.send_to_client(make_message(f"{OURS}over", {}, client_id))
            if message.type == f"{OURS}join":  # others were left behind by a master that died
                told.add(client_id)
    server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
