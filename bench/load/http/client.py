"""The HTTP client of our users: Locust's interface, on a plain socket.

It knows HTTP/1.1 in clear text. It follows no redirect, keeps no cookies, asks for no compression,
and never sends a request twice.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Protocol, Self
from urllib.parse import urlsplit

from gevent import getcurrent

from bench.load.configuration import Connections
from bench.load.http.connection import Address, Connection
from bench.load.http.deadlines import Deadlines
from bench.load.http.outcomes import BadResponseError, outcome_of_exception, outcome_of_status
from bench.load.http.request_bytes import RequestBuilder
from bench.load.http.response import CheckedResponse, Headers, Response


class SentRequest(Protocol):
    """What a log returns for a request that was sent."""

    sent_s: float


class RequestLog(Protocol):
    """Who wants to know of a client's requests."""

    def begin(self, name: str) -> Any:
        """Note that a request is sent now; what is returned has its `sent_s`."""

    def end(self, request: Any, response: Response) -> None:
        """Note what became of it; `response.outcome` says so in a word."""

    def reconnected(self) -> None:
        """Note that a keep-alive connection had been closed by the target, and was replaced."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The target as all clients see it, and what they share."""

    address: Address
    builder: RequestBuilder
    keep_alive: bool
    timeout_s: float
    deadlines: Deadlines = field(default_factory=Deadlines)

    @classmethod
    def at(cls, url: str, *, connections: Connections, timeout_s: float) -> Self:
        """Return the endpoint at `http://host:port`.

        Raises:
            ValueError: the URL is of another kind.
            OSError: there is no such host.
        """
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"the target is http://host:port, not {url!r}; TLS is not spoken here")
        found = socket.getaddrinfo(parts.hostname, parts.port or 80, type=socket.SOCK_STREAM)
        family, _, _, _, sockaddr = found[0]
        return cls(
            address=Address(family, sockaddr),
            builder=RequestBuilder(parts.netloc.rpartition("@")[2], connections),
            keep_alive=connections == "keep-alive",
            timeout_s=timeout_s,
        )


class HttpClient:
    """Send requests one after the other, on one connection.

    A failed request raises nothing: it returns a response with `status_code` 0 and `error`.
    """

    def __init__(
        self, endpoint: Endpoint, log: RequestLog, connection: Connection | None = None
    ) -> None:
        self._endpoint = endpoint
        self._log = log
        self._connection = connection

    def request(
        self,
        method: str,
        path: str,
        *,
        name: str | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        data: bytes | str | Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        catch_response: bool = False,
        timeout: float | None = None,
    ) -> Any:
        """Send a request and return its response.

        Args:
            name: what it is called in tables; method and path, if nothing is given.
            data: a body as it stands, or the fields of a form.
            catch_response: return a context manager, whose block calls `success` or `failure`.
            timeout: seconds until the response must be whole.

        Raises:
            ValueError: what is asked for can't be sent.
        """
        builder = self._endpoint.builder
        if headers or json is not None or data is not None or params:
            request = builder.build(
                method, path, params=params, headers=headers, json_body=json, data=data
            )
        else:
            request = builder.build_plain(method, path)
        response = Response(method, path, name or f"{method} {path}")
        sent = self._log.begin(response.name)
        response.sent_s = sent.sent_s
        self._exchange(request, response, timeout or self._endpoint.timeout_s)
        if catch_response:
            return CheckedResponse.of(response, lambda judged: self._log.end(sent, judged))
        self._log.end(sent, response)
        return response

    def get(self, path: str, **options: Any) -> Any:
        """Send a GET request; see `request`."""
        return self.request("GET", path, **options)

    def post(self, path: str, data: Any = None, json: Any = None, **options: Any) -> Any:
        """Send a POST request; see `request`."""
        return self.request("POST", path, data=data, json=json, **options)

    def put(self, path: str, data: Any = None, **options: Any) -> Any:
        """Send a PUT request; see `request`."""
        return self.request("PUT", path, data=data, **options)

    def patch(self, path: str, data: Any = None, **options: Any) -> Any:
        """Send a PATCH request; see `request`."""
        return self.request("PATCH", path, data=data, **options)

    def delete(self, path: str, **options: Any) -> Any:
        """Send a DELETE request; see `request`."""
        return self.request("DELETE", path, **options)

    def head(self, path: str, **options: Any) -> Any:
        """Send a HEAD request; see `request`."""
        return self.request("HEAD", path, **options)

    def options(self, path: str, **options: Any) -> Any:
        """Send an OPTIONS request; see `request`."""
        return self.request("OPTIONS", path, **options)

    def open(self) -> None:
        """Connect ahead of the first request, where connections are kept.

        Where that fails, the first request tries again, and says what is wrong.
        """
        if self._endpoint.keep_alive and self._connection is None:
            with suppress(OSError):
                self._connection = Connection(self._endpoint.address)

    def close(self) -> None:
        """Close the connection, if one is open."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, request: bytes, response: Response, timeout_s: float) -> None:
        greenlet, deadlines = getcurrent(), self._endpoint.deadlines
        deadlines.enter(greenlet, timeout_s)
        whole = False
        try:
            answer = self._connect().exchange(request, has_body=response.method != "HEAD")
            response.ended_s = perf_counter()
            response.status_code = answer.status
            response.headers = Headers(answer.headers)
            response.content = answer.body
            response.outcome = outcome_of_status(answer.status)
            whole = answer.may_stay_open and self._endpoint.keep_alive
        except (OSError, BadResponseError) as error:
            response.ended_s = perf_counter()
            response.error = error
            response.outcome = outcome_of_exception(error)
        finally:
            deadlines.leave(greenlet, timeout_s)
            if not whole:
                self.close()

    def _connect(self) -> Connection:
        if self._connection is not None and self._connection.was_closed_by_peer:
            self.close()
            self._log.reconnected()
        if self._connection is None:
            self._connection = Connection(self._endpoint.address)
        return self._connection
