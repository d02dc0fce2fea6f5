"""What a user class decides about its client."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bench.load.http.decoding import ACCEPTED
from bench.load.http.request_bytes import HeaderValue

MAX_REDIRECTS: Final = 30
"""Locust's own."""


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """Options of a client; those that are None are as the experiment says."""

    max_redirects: int = MAX_REDIRECTS
    compression: bool = False
    """Whether to ask for compressed bodies."""
    headers: Mapping[str, HeaderValue] = field(default_factory=dict)
    """Of all requests."""
    tls: ssl.SSLContext | None = None
    """How TLS is spoken, where it is; None: certificates are not verified."""
    timeout_s: float | None = None
    connect_timeout_s: float | None = None

    def all_headers(self) -> dict[str, HeaderValue]:
        """Return the headers of all requests, with what asks for compression."""
        asked = any(name.lower() == "accept-encoding" for name in self.headers)
        wanted = {"Accept-Encoding": ACCEPTED} if self.compression and not asked else {}
        return {**self.headers, **wanted}
