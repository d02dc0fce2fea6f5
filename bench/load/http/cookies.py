"""Cookies: the standard library's jar, asked once for each path rather than for each request."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.message import Message
from http.cookiejar import Cookie, CookieJar
from typing import Any, Final
from urllib.request import Request

from bench.load.http.response import Headers

_MOST_REMEMBERED: Final = 256


class Jar(CookieJar):
    """The cookies of one user."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._clock = clock
        self._headers: dict[str, str] = {}
        self._good_until_s = float("inf")

    def take(self, url: str, headers: Headers) -> None:
        """Take the cookies that an answer sets."""
        message = Message()
        for value in headers.all("set-cookie"):
            message["Set-Cookie"] = value
        self.extract_cookies(_Answered(message), Request(url))  # type: ignore[arg-type]  # noqa: S310

    def header_for(self, url: str) -> str:
        """Return the `Cookie` header of a request; empty, if none belongs to it."""
        if self._clock() >= self._good_until_s:
            self._forget_headers()
        key = url.partition("?")[0]
        header = self._headers.get(key)
        if header is None:
            if not self._headers or len(self._headers) >= _MOST_REMEMBERED:
                self._forget_headers()
                self._good_until_s = self._first_expiry_s()
            header = self._headers[key] = self._make_header(url)
        return header

    def set_cookie(self, cookie: Cookie) -> None:
        """Keep a cookie, as all ways to set one do in the end."""
        self._forget_headers()
        super().set_cookie(cookie)

    def clear(self, *which: Any, **named: Any) -> None:
        """Remove cookies, as all ways to remove some do in the end."""
        self._forget_headers()
        super().clear(*which, **named)

    def _forget_headers(self) -> None:
        self._headers = {}

    def _first_expiry_s(self) -> float:
        now_s = self._clock()
        expiries = (float(cookie.expires) for cookie in self if cookie.expires is not None)
        return min((one for one in expiries if one > now_s), default=float("inf"))

    def _make_header(self, url: str) -> str:
        request = Request(url)  # noqa: S310 - nothing is opened
        headers = dict(self._headers)  # asking for a header removes what has expired
        self.add_cookie_header(request)
        self._headers = headers
        return request.get_header("Cookie") or ""


class _Answered:
    """An answer as the jar wants it."""

    def __init__(self, message: Message) -> None:
        self._message = message

    def info(self) -> Message:
        return self._message
