"""The bytes of a request: built once, where the same request is sent again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

from bench.load.configuration import Connections

_MOST_REMEMBERED: Final = 1024
_LEGAL_IN_TARGET: Final = "/%?:@&=+$,;!~*'()[]-._"
_METHODS_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})

Body = bytes | str | Mapping[str, Any] | None


class RequestBuilder:
    """Build requests to one host.

    Args:
        authority: host and port, as the `Host` header says them.
    """

    def __init__(self, authority: str, connections: Connections) -> None:
        self._fixed = f"Host: {authority}\r\nUser-Agent: pairbench\r\nAccept: */*\r\n"
        if connections == "close":
            self._fixed += "Connection: close\r\n"
        self._plain: dict[tuple[str, str], bytes] = {}

    def build_plain(self, method: str, path: str) -> bytes:
        """Return a request without body, parameters or headers of its own.

        Raises:
            ValueError: the path is none.
        """
        request = self._plain.get((method, path))
        if request is None:
            if len(self._plain) >= _MOST_REMEMBERED:
                self._plain.clear()
            request = self._plain[method, path] = self.build(method, path)
        return request

    def build(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
        json_body: Any = None,
        data: Body = None,
    ) -> bytes:
        """Return a request.

        Raises:
            ValueError: path or headers can't be sent as they are.
        """
        body, content_type = _encode_body(json_body, data)
        lines = [f"{method} {_request_target(path, params)} HTTP/1.1\r\n", self._fixed]
        lines += [_header_line(name, value) for name, value in (headers or {}).items()]
        if content_type and not any(name.lower() == "content-type" for name in headers or ()):
            lines.append(f"Content-Type: {content_type}\r\n")
        if body or method in _METHODS_WITH_BODY:
            lines.append(f"Content-Length: {len(body)}\r\n")
        lines.append("\r\n")
        return "".join(lines).encode("latin-1") + body


def _request_target(path: str, params: Mapping[str, Any] | Iterable[tuple[str, Any]] | None) -> str:
    if not path.startswith("/"):
        raise ValueError(f"a path starts with a slash, not {path!r}; the host is the target's own")
    target = quote(path.partition("#")[0], safe=_LEGAL_IN_TARGET)
    if params:
        pairs = params.items() if isinstance(params, Mapping) else params
        target += ("&" if "?" in target else "?") + urlencode(list(pairs), doseq=True)
    return target


def _encode_body(json_body: Any, data: Body) -> tuple[bytes, str | None]:
    if json_body is not None:
        if data is not None:
            raise ValueError("a request has json or data, not both")
        return json.dumps(json_body).encode(), "application/json"
    if data is None:
        return b"", None
    if isinstance(data, Mapping):
        return urlencode(data, doseq=True).encode(), "application/x-www-form-urlencoded"
    return (data.encode() if isinstance(data, str) else data), None


def _header_line(name: str, value: str) -> str:
    line = f"{name}: {value}"
    if "\r" in line or "\n" in line or ":" in name or not name:
        raise ValueError(f"{line!r} is no header")
    return line + "\r\n"
