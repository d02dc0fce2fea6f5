"""The target as all clients see it, and what they share."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from bench.load.configuration import Connections
from bench.load.http.answer import WholeAnswer
from bench.load.http.connection import Address
from bench.load.http.deadlines import Deadlines
from bench.load.http.origin import Origin
from bench.load.http.remembering import Remembered
from bench.load.http.request_bytes import RequestBuilder
from bench.load.http.resolving import resolve
from bench.load.http.tls import unverified_context


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host and port, how it is spoken to, and for how long."""

    address: Address
    builder: RequestBuilder
    keep_alive: bool
    timeout_s: float
    """For the whole response, connecting and redirects included."""
    origin: Origin
    connect_timeout_s: float | None = None
    """For the connection, the handshake of TLS included."""
    first_byte_timeout_s: float | None = None
    """For the first byte of an answer, from when the request was sent."""
    allow_remote: bool = False
    deadlines: Deadlines = field(default_factory=Deadlines)
    remembered: Remembered[WholeAnswer] = field(default_factory=Remembered)
    """Answers that came before, to whichever request."""
    _others: dict[Origin, Endpoint] = field(default_factory=dict)

    @classmethod
    def at(
        cls,
        url: str,
        *,
        connections: Connections,
        timeout_s: float,
        connect_timeout_s: float | None = None,
        first_byte_timeout_s: float | None = None,
        allow_remote: bool = False,
    ) -> Self:
        """Return the endpoint at `http://host:port` or `https://host:port`.

        Raises:
            ValueError: the URL is of another kind.
            RemoteHostError: (a ValueError) it is not this machine, and that is not allowed.
            OSError: there is no such host.
        """
        origin = Origin.of(url)
        parts = urlsplit(url)
        if parts.path.strip("/") or parts.query:
            raise ValueError(f"the target is scheme://host:port, without a path: {url!r}")
        family, sockaddr = resolve(origin.host, origin.port, allow_remote=allow_remote)
        tls = unverified_context() if origin.scheme == "https" else None
        return cls(
            address=Address(family, sockaddr, tls, origin.host),
            builder=RequestBuilder(parts.netloc, connections),
            keep_alive=connections == "keep-alive",
            timeout_s=timeout_s,
            origin=origin,
            connect_timeout_s=connect_timeout_s,
            first_byte_timeout_s=first_byte_timeout_s,
            allow_remote=allow_remote,
        )

    @property
    def tls(self) -> ssl.SSLContext | None:
        """How TLS is spoken; None: not at all."""
        return self.address.tls

    @property
    def shortest_timeout_s(self) -> float:
        """The shortest of the time limits."""
        limits = (self.timeout_s, self.connect_timeout_s, self.first_byte_timeout_s)
        return min(limit_s for limit_s in limits if limit_s is not None)

    def elsewhere(self, origin: Origin) -> Endpoint:
        """Return the endpoint of another origin, under the same rules.

        Raises:
            RemoteHostError: it is not this machine, and that is not allowed.
            OSError: there is no such host.
        """
        if origin not in self._others:
            self._others[origin] = Endpoint.at(
                origin.url,
                connections="keep-alive" if self.keep_alive else "close",
                timeout_s=self.timeout_s,
                connect_timeout_s=self.connect_timeout_s,
                first_byte_timeout_s=self.first_byte_timeout_s,
                allow_remote=self.allow_remote,
            )
        return self._others[origin]
