"""The HTTP client of our users: Locust's interface, on plain sockets.

It sends no request twice, and says of each what became of it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final, Never
from urllib.parse import urlsplit

from gevent import getcurrent

from bench.load.http.client_options import ClientOptions
from bench.load.http.connection import Connection
from bench.load.http.cookies import Jar
from bench.load.http.deadlines import Limit
from bench.load.http.endpoint import Endpoint
from bench.load.http.names import name_as_ours
from bench.load.http.origin import Origin
from bench.load.http.outcomes import BAD_REQUEST
from bench.load.http.redirects import Hop
from bench.load.http.request_bytes import Body, HeaderValue, Params
from bench.load.http.request_log import RequestLog, SentRequest
from bench.load.http.response import CheckedResponse, Response
from bench.load.http.sender import Sender
from bench.load.http.unsupported import refuse_request_options, refuse_streaming

__all__ = ["Endpoint", "HttpClient", "RequestLog", "SentRequest"]

_DEFAULTS: Final = ClientOptions()
_Auth = tuple[str | bytes, str | bytes]


class HttpClient:
    """Send requests, each of them once.

    A request that fails raises nothing: it returns a response with `error`. Greenlets of one user
    may share its client; each request under way has a connection of its own.

    Args:
        connection: one that is open already.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        log: RequestLog,
        connection: Connection | None = None,
        options: ClientOptions = _DEFAULTS,
    ) -> None:
        self.request_name: str | None = None
        """What requests are called that are given no name; see `rename_request`."""
        self._endpoint = endpoint
        self._log = log
        self._sender = Sender(endpoint, log, options)
        self._url = endpoint.origin.url
        self._limit = endpoint.deadlines.limit(options.timeout_s or endpoint.timeout_s)
        if connection is not None:
            self._sender.home.put(connection)

    def request(
        self,
        method: str,
        url: str,
        *,
        name: str | None = None,
        headers: Mapping[str, HeaderValue] | None = None,
        json: Any = None,
        data: Body = None,
        params: Params | None = None,
        auth: _Auth | None = None,
        allow_redirects: bool = True,
        catch_response: bool = False,
        timeout: float | None = None,
        context: Mapping[str, Any] | None = None,
        **others: Any,
    ) -> Any:
        """Send a request and return its response.

        Args:
            url: a path, or a whole URL.
            name: what it is called in tables; method and path, if nothing is given.
            data: a body as it stands, or the fields of a form.
            auth: name and password, for Basic authentication.
            allow_redirects: follow them; all of it is one request then.
            catch_response: return a context manager, whose block calls `success` or `failure`.
            timeout: seconds until the response must be whole.
            context: for those who listen to Locust's `request` event.

        Raises:
            ValueError: what is asked for can't be sent.
        """
        if others:
            refuse_request_options(others)
        sender = self._sender
        hop: Hop | None = None
        path = url
        if (
            path[:1] == "/"
            and not (headers or data or params or auth)
            and json is None
            and sender.jar is None
            and sender.auth_header is None
        ):
            request = sender.builder.build_plain(method, path)
        else:
            path = self._path_of(url)
            hop = Hop(method, self._url_of(path), _own(headers, auth), json, data, params)
            request = sender.build(hop)
        limit = self._limit if timeout is None else self._limit_of(timeout)
        response = self._new_response(method, path, name, caught=catch_response)
        response.context = context
        sent = self._log.begin(response.name)
        response.sent_s = sent.sent_s
        greenlet = getcurrent()
        limit.enter(greenlet, sent.sent_s)
        try:
            sender.send(request, hop, response, follow=allow_redirects)
        finally:
            limit.leave(greenlet)
        if isinstance(response, CheckedResponse):
            return response.recorded_by(self._log, sent)
        self._log.end(sent, response)
        return response

    def note_unsendable(self, method: str, path: str, name: str, error: ValueError) -> None:
        """Record a request that can't be sent as it was asked for."""
        response = self._new_response(method, path, name, caught=False)
        sent = self._log.begin(response.name)
        response.sent_s = response.ended_s = sent.sent_s
        response.fail(BAD_REQUEST, error, error)
        self._log.end(sent, response)

    def get(self, url: str, **options: Any) -> Any:
        """Send a GET request; see `request`."""
        return self.request("GET", url, **options)

    def post(self, url: str, data: Body = None, json: Any = None, **options: Any) -> Any:
        """Send a POST request; see `request`."""
        return self.request("POST", url, data=data, json=json, **options)

    def put(self, url: str, data: Body = None, **options: Any) -> Any:
        """Send a PUT request; see `request`."""
        return self.request("PUT", url, data=data, **options)

    def patch(self, url: str, data: Body = None, **options: Any) -> Any:
        """Send a PATCH request; see `request`."""
        return self.request("PATCH", url, data=data, **options)

    def delete(self, url: str, **options: Any) -> Any:
        """Send a DELETE request; see `request`."""
        return self.request("DELETE", url, **options)

    def head(self, url: str, **options: Any) -> Any:
        """Send a HEAD request; see `request`."""
        return self.request("HEAD", url, **options)

    def options(self, url: str, **options: Any) -> Any:
        """Send an OPTIONS request; see `request`."""
        return self.request("OPTIONS", url, **options)

    def iter_lines(self, *_: Any, **__: Any) -> Never:
        """Refuse: the body is always read as a whole.

        Raises:
            UnsupportedOptionError: says what to use instead.
        """
        refuse_streaming()

    @contextmanager
    def rename_request(self, name: str) -> Iterator[None]:
        """Name all requests of a block that are given no name of their own."""
        before, self.request_name = self.request_name, name
        try:
            yield
        finally:
            self.request_name = before

    @property
    def base_url(self) -> str:
        """What paths are appended to: the target's URL."""
        return self._url

    @base_url.setter
    def base_url(self, url: str) -> None:
        if url.rstrip("/") != self._url:
            raise ValueError(
                f"the target is {self._url}, and a scenario can't change that: send whole URLs to "
                f"other hosts, and give paths in full, instead of base_url = {url!r}"
            )

    @property
    def auth_header(self) -> str | None:
        """The `Authorization` header of all requests to the target that have none."""
        return self._sender.auth_header

    @auth_header.setter
    def auth_header(self, value: str | None) -> None:
        self._sender.auth_header = value

    @property
    def cookies(self) -> Jar:
        """The user's cookies; also called `cookiejar`."""
        if self._sender.jar is None:
            self._sender.jar = Jar()
        return self._sender.jar

    @property
    def cookiejar(self) -> Jar:
        """The user's cookies; also called `cookies`."""
        return self.cookies

    def open(self) -> None:
        """Connect ahead of the first request, where connections are kept.

        Where that fails, the first request tries again, and says what is wrong.
        """
        greenlet = getcurrent()
        self._limit.enter(greenlet)
        try:
            with suppress(OSError):
                self._sender.home.open()
        finally:
            self._limit.leave(greenlet)

    def close(self) -> None:
        """Close the connections that are open and idle."""
        self._sender.close()

    def _new_response(
        self, method: str, path: str, name: str | None, *, caught: bool
    ) -> CheckedResponse | Response:
        name = name or self.request_name
        name = f"{method} {path}" if name is None else name_as_ours(method, name)
        return CheckedResponse(method, path, name) if caught else Response(method, path, name)

    def _path_of(self, url: str) -> str:
        """Return the path of what is on the target, and of all else the whole URL."""
        if url[:1] == "/":
            return url
        if url[:1] in ("", "?"):
            return f"/{url}"
        if url[:7].lower() == "http://" or url[:8].lower() == "https://":
            return self._path_at_home(url) or url
        raise ValueError(f"a path starts with a slash, and a URL with http:// or https://: {url!r}")

    def _path_at_home(self, url: str) -> str | None:
        if Origin.of(url) != self._endpoint.origin:
            return None
        parts = urlsplit(url)
        path = parts.path or "/"
        return f"{path}?{parts.query}" if parts.query else path

    def _url_of(self, path: str) -> str:
        return self._url + path if path[0] == "/" else path

    def _limit_of(self, timeout: float) -> Limit:
        if not isinstance(timeout, int | float) or not timeout > 0:
            raise ValueError(f"timeout is a number of seconds for the whole, not {timeout!r}")
        return self._endpoint.deadlines.limit(float(timeout))


def _own(headers: Mapping[str, HeaderValue] | None, auth: _Auth | None) -> dict[str, HeaderValue]:
    own = dict(headers or {})
    if auth is not None:
        own["Authorization"] = _basic(auth)
    return own


def _basic(auth: _Auth) -> str:
    if not isinstance(auth, tuple | list) or len(auth) != 2:
        raise ValueError(f"auth is a name and a password, not {type(auth).__name__}")
    name, password = (one.encode("latin-1") if isinstance(one, str) else one for one in auth)
    return "Basic " + b64encode(name + b":" + password).decode()
