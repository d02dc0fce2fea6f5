"""Origins: the part of a URL that says who is asked."""

from __future__ import annotations

from typing import Final, NamedTuple, Self
from urllib.parse import urlsplit

_PORTS: Final = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Scheme, host and port; equal, however the URL spells them."""

    scheme: str
    host: str
    port: int
    authority: str
    """Host and port as a `Host` header says them: without the port, where the scheme implies it."""

    @classmethod
    def of(cls, url: str) -> Self:
        """Return the origin of a URL.

        Raises:
            ValueError: it is not one of http or https, or has credentials.
        """
        parts = urlsplit(url)
        host = parts.hostname
        if parts.scheme not in _PORTS or not host:
            raise ValueError(f"a URL begins with http://host:port or https://host:port: {url!r}")
        if "@" in parts.netloc:
            raise ValueError(f"{host}: names and passwords in URLs are not sent; use auth=")
        default_port = _PORTS[parts.scheme]
        port = default_port if parts.port is None else parts.port
        named = f"[{host}]" if ":" in host else host
        authority = named if port == default_port else f"{named}:{port}"
        return cls(parts.scheme, host, port, authority)

    @property
    def url(self) -> str:
        """The root of all its URLs, without a slash at the end."""
        return f"{self.scheme}://{self.authority}"
