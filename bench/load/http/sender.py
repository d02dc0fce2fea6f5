"""Sending: a request goes out, its answer is taken in, redirects are followed."""

from __future__ import annotations

from time import perf_counter
from typing import Final
from urllib.parse import urlsplit

from bench.load.http.answer import WholeAnswer
from bench.load.http.client_options import ClientOptions
from bench.load.http.connection import Connection
from bench.load.http.cookies import Jar
from bench.load.http.decoding import decode
from bench.load.http.endpoint import Endpoint
from bench.load.http.origin import Origin
from bench.load.http.outcomes import (
    FIRST_ERROR_STATUS,
    BadResponseError,
    RedirectError,
    RemoteHostError,
    outcome_of_exception,
    outcome_of_status,
)
from bench.load.http.pool import ConnectionPool
from bench.load.http.reasons import reason_of_status
from bench.load.http.redirects import REDIRECTS, Hop
from bench.load.http.request_bytes import HeaderValue, RequestBuilder
from bench.load.http.request_log import RequestLog
from bench.load.http.response import Headers, Response

_FAILURES: Final = (OSError, BadResponseError, RemoteHostError)
_FOR_THE_TARGET_ALONE: Final = frozenset({"authorization", "cookie", "host"})


class Sender:
    """The connections and cookies of one user."""

    def __init__(self, endpoint: Endpoint, log: RequestLog, options: ClientOptions) -> None:
        self.home = ConnectionPool(endpoint, log, options)
        """The connections to the target."""
        self.builder: RequestBuilder = endpoint.builder.sibling(None, options.all_headers())
        """Of requests to the target."""
        self.jar: Jar | None = None
        self.auth_header: str | None = None
        self._endpoint = endpoint
        self._log = log
        self._options = options
        self._root = endpoint.origin.url
        self._pools: dict[Origin, ConnectionPool] = {endpoint.origin: self.home}

    def build(self, hop: Hop) -> bytes:
        """Return the bytes of a request, with the cookies and credentials that belong to it.

        Raises:
            ValueError: it can't be sent.
        """
        origin = Origin.of(hop.url)
        is_home = origin == self._endpoint.origin
        builder = self.builder if is_home else self._builder_for(origin)
        parts = urlsplit(hop.url)
        path = parts.path or "/"
        return builder.build(
            hop.method,
            f"{path}?{parts.query}" if parts.query else path,
            params=hop.params,
            headers=self._complete(hop, is_home=is_home),
            json_body=hop.json,
            data=hop.data,
        )

    def send(self, request: bytes, hop: Hop | None, response: Response, *, follow: bool) -> None:
        """Send a request, and note in the response what came of it.

        Args:
            hop: what the request was built from; None: just the response's method and path.
            follow: follow redirects.
        """
        if hop is None:
            url = self._root + response.path
            self._exchange(response.method, url, request, response, self.home)
        else:
            self._exchange(hop.method, hop.url, request, response)
        if response.status_code in REDIRECTS and follow:
            self._follow(hop or Hop(response.method, response.url, {}), response)

    def close(self) -> None:
        """Close all connections that are idle."""
        for pool in self._pools.values():
            pool.close()

    def _exchange(
        self,
        method: str,
        url: str,
        request: bytes,
        response: Response,
        pool: ConnectionPool | None = None,
    ) -> None:
        connection: Connection | None = None
        may_stay_open = False
        response.url = url
        response.sent = request
        try:
            if pool is None:
                pool = self._pool_for(Origin.of(url))
            connection = pool.take(response.ended_s or response.sent_s)
            answer = connection.exchange(
                request, has_body=method != "HEAD", first_byte=pool.first_byte
            )
            response.ended_s = perf_counter()
            may_stay_open = answer.may_stay_open
            self._take_in(answer, response)
        except _FAILURES as error:
            response.ended_s = perf_counter()
            if connection is not None:
                response.bytes_received += connection.answer.bytes_received
            response.fail(outcome_of_exception(error), error, error)
        finally:
            if connection is not None and pool is not None:
                pool.give_back(connection, response.ended_s, may_stay_open=may_stay_open)

    def _follow(self, hop: Hop, response: Response) -> None:
        """Follow redirects until one leads nowhere else."""
        history: list[Response] = []
        response.history = history
        while response.status_code in REDIRECTS and "location" in response.headers:
            try:
                hop = self._next(hop, response)
                request = self.build(hop)
            except (RedirectError, ValueError) as error:
                response.fail("bad-redirect", error, error)
                return
            history.append(_set_aside(response))
            self._exchange(hop.method, hop.url, request, response)

    def _next(self, hop: Hop, response: Response) -> Hop:
        if response.redirects >= self._options.max_redirects:
            raise RedirectError(f"redirected more than {response.redirects} times")
        return hop.redirected(response.status_code, response.headers["location"])

    def _take_in(self, answer: WholeAnswer, response: Response) -> None:
        response.status_code = status = answer.status
        response.headers = answer.headers
        response.content = answer.body
        response.bytes_received += answer.bytes_received
        if status >= FIRST_ERROR_STATUS:
            response.fail(outcome_of_status(status), reason_of_status(status))
        if answer.is_telling:
            self._heed(response)

    def _heed(self, response: Response) -> None:
        """Keep cookies, and unpack the body."""
        if "set-cookie" in response.headers:
            if self.jar is None:
                self.jar = Jar()
            self.jar.take(response.url, response.headers)
        try:
            encodings = response.headers.all("content-encoding")
            response.content = decode(response.content, ",".join(encodings))
        except BadResponseError as error:
            response.fail(outcome_of_exception(error), error, error)

    def _complete(self, hop: Hop, *, is_home: bool) -> dict[str, HeaderValue]:
        headers = dict(hop.headers)
        given = {name.lower() for name in headers}
        if is_home and self.auth_header is not None and "authorization" not in given:
            headers["Authorization"] = self.auth_header
        if self.jar is not None and "cookie" not in given:
            cookie = self.jar.header_for(hop.url)
            if cookie:
                headers["Cookie"] = cookie
        return headers

    def _builder_for(self, origin: Origin) -> RequestBuilder:
        headers = {
            name: value
            for name, value in self._options.all_headers().items()
            if name.lower() not in _FOR_THE_TARGET_ALONE
        }
        return self._endpoint.builder.sibling(origin.authority, headers)

    def _pool_for(self, origin: Origin) -> ConnectionPool:
        pool = self._pools.get(origin)
        if pool is None:
            endpoint = self._endpoint.elsewhere(origin)
            pool = self._pools[origin] = ConnectionPool(endpoint, self._log, self._options)
        return pool


def _set_aside(response: Response) -> Response:
    """Return what came so far, and make room for what comes next."""
    past = Response(response.method, response.path, response.name)
    for field in ("status_code", "headers", "content", "url", "sent", "sent_s", "ended_s"):
        setattr(past, field, getattr(response, field))
    response.status_code = 0
    response.headers = Headers([])
    response.content = b""
    return past
