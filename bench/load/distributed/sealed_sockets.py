"""The sockets between master and workers: Locust's own, with ZeroMQ's CURVE around them.

CURVE encrypts all that is said and refuses, in its handshake, whoever does not know the master's
public key, which only the run's token gives. Locust makes its sockets by `rpc.Server` and
`rpc.Client` of its `runners` module; these take their place there.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Final

import zmq
from locust import runners
from locust.rpc import Message
from locust.rpc.zmqrpc import BaseSocket

from bench.load.distributed.keys import Keys, make_keys
from bench.load.failure import DriverFailure

make_message: Callable[[str, Any, str], Message] = Message
"""Make a message of a type, with data, to or from a worker's connection."""

_Socket: Any = BaseSocket
"""Locust's sockets have no types."""

_LINGER_MS: Final = 1000
"""How long what was said last may take to leave when a socket is closed."""


class SealedServer(_Socket):
    """The master's socket; `port` is where it really listens."""

    def __init__(self, keys: Keys, host: str, port: int) -> None:
        address = resolve(host)
        super().__init__(zmq.ROUTER, ":" not in address)
        self.socket.linger = _LINGER_MS
        self.socket.curve_server = True
        self.socket.curve_publickey = keys.public
        self.socket.curve_secretkey = keys.secret
        try:
            self.socket.bind(_endpoint(address, port))
        except zmq.ZMQError as error:
            self.socket.close(linger=0)
            raise DriverFailure(
                "fleet",
                f"The master of the workers can't listen on {host}:{port}: {error}. "
                "Give another port: --bind HOST:PORT.",
            ) from error
        self.port = int(self.socket.last_endpoint.rsplit(b":", 1)[1])


class SealedClient(_Socket):
    """A worker's socket."""

    def __init__(self, master: Keys, host: str, port: int, identity: str) -> None:
        address = resolve(host)
        own = make_keys()
        super().__init__(zmq.DEALER, ":" not in address)
        self.socket.linger = _LINGER_MS
        self.socket.curve_serverkey = master.public
        self.socket.curve_publickey = own.public
        self.socket.curve_secretkey = own.secret
        self.socket.setsockopt(zmq.IDENTITY, identity.encode())
        self.socket.connect(_endpoint(address, port))

    def hear(self, within_s: float) -> Message | None:
        """Return the next message; None if there is none in time."""
        if not self.socket.poll(int(within_s * 1000)):
            return None
        message: Message = self.recv()
        return message


def seal_locust(keys: Keys) -> None:
    """Let Locust's runners make sealed sockets from now on."""
    locusts: Any = runners
    locusts.rpc = SimpleNamespace(
        Server=lambda host, port: SealedServer(keys, host, port),
        Client=lambda host, port, identity: SealedClient(keys, host, port, identity),
    )


def resolve(host: str) -> str:
    """Return the address of a host: ZeroMQ listens on addresses, not on names.

    Raises:
        DriverFailure: the name has none.
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise DriverFailure("fleet", f"There is no host named {host!r}: {error}.") from error
    return str(found[0][4][0])


def _endpoint(address: str, port: int) -> str:
    return f"tcp://[{address}]:{port}" if ":" in address else f"tcp://{address}:{port}"
