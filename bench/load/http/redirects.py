"""Redirects: what is to be asked next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urljoin

from bench.load.http.origin import Origin
from bench.load.http.outcomes import RedirectError
from bench.load.http.request_bytes import Body, HeaderValue, Params

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_KEEP_METHOD: Final = frozenset({307, 308})
_ABOUT_THE_BODY: Final = frozenset({"content-length", "content-type", "content-encoding"})


@dataclass(frozen=True, slots=True)
class Hop:
    """A request that a redirect may lead to another one."""

    method: str
    url: str
    """Absolute."""
    headers: Mapping[str, HeaderValue]
    """Those that the scenario gave."""
    json: Any = None
    data: Body = None
    params: Params | None = None

    def redirected(self, status: int, location: str) -> Hop:
        """Return the request that this one is redirected to.

        As browsers do: 301, 302 and 303 turn all but HEAD into GET and drop the body, 307 and 308
        repeat it. Credentials are for the host that they were given for.

        Raises:
            RedirectError: there is no way to follow.
        """
        hop = replace(self, url=self._resolve(location), params=None)
        dropped = {"cookie"}
        if status not in _KEEP_METHOD and self.method != "HEAD":
            hop = replace(hop, method="GET", json=None, data=None)
            dropped |= _ABOUT_THE_BODY
        if Origin.of(hop.url) != Origin.of(self.url):
            dropped |= {"authorization", "host"}
        kept = {name: value for name, value in self.headers.items() if name.lower() not in dropped}
        return replace(hop, headers=kept)

    def _resolve(self, location: str) -> str:
        try:
            url = urljoin(self.url, location)
            Origin.of(url)
        except ValueError as error:
            raise RedirectError(f"redirected to {location!r}: {error}") from error
        if not url.isprintable():
            raise RedirectError(f"redirected to {location!r}, which is no URL")
        return url.partition("#")[0]
