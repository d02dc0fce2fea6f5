"""The bytes of a request: built once, where the same request is sent again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

from bench.load.configuration import Connections

_MOST_REMEMBERED: Final = 1024
_LEGAL_IN_TARGET: Final = "/%?:@&=+$,;!~*'()[]-._"
_METHODS_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL_CHARACTERS: Final = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_IN_VALUE: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

HeaderValue = str | bytes | int | float
Params = Mapping[str, Any] | Iterable[tuple[str, Any]]
Body = bytes | str | Mapping[str, Any] | Iterable[tuple[str, Any]] | None


class RequestBuilder:
    """Build requests to one host.

    Args:
        authority: host and port, as the `Host` header says them.
        headers: those that all requests have, unless one has another value for it.
    """

    def __init__(
        self,
        authority: str,
        connections: Connections,
        headers: Mapping[str, HeaderValue] | None = None,
    ) -> None:
        self._authority = authority
        self._connections = connections
        fixed: dict[str, HeaderValue] = {
            "Host": authority,
            "User-Agent": "pairbench",
            "Accept": "*/*",
        }
        if connections == "close":
            fixed["Connection"] = "close"
        self._fixed = _lines(fixed) | _lines(headers or {})
        self._plain: dict[tuple[str, str], bytes] = {}
        self._siblings: dict[tuple[str, frozenset[tuple[str, HeaderValue]]], RequestBuilder] = {}

    def sibling(self, authority: str | None, headers: Mapping[str, HeaderValue]) -> RequestBuilder:
        """Return the builder of requests that have these headers too: one for all who ask.

        Args:
            authority: of another host; None: the same one.

        Raises:
            ValueError: they can't be sent.
        """
        if authority is None and not headers:
            return self
        key = (authority or self._authority, frozenset(headers.items()))
        if key not in self._siblings:
            self._siblings[key] = RequestBuilder(key[0], self._connections, headers)
        return self._siblings[key]

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
        params: Params | None = None,
        headers: Mapping[str, HeaderValue] | None = None,
        json_body: Any = None,
        data: Body = None,
    ) -> bytes:
        """Return a request.

        Raises:
            ValueError: something of it can't be sent as it is.
        """
        if not _TOKEN.fullmatch(method):
            raise ValueError(f"{method!r} is no method")
        body, content_type = _encode_body(json_body, data)
        lines = self._fixed
        if headers:
            lines = lines | _lines(headers)
            _check_framing(lines, len(body))
        if content_type and "content-type" not in lines:
            lines = lines | {"content-type": f"Content-Type: {content_type}\r\n"}
        head = f"{method} {_request_target(path, params)} HTTP/1.1\r\n{''.join(lines.values())}"
        if (body or method in _METHODS_WITH_BODY) and "content-length" not in lines:
            head += f"Content-Length: {len(body)}\r\n"
        return f"{head}\r\n".encode("latin-1") + body


def _lines(headers: Mapping[str, HeaderValue]) -> dict[str, str]:
    """Return header lines by their names in lower case."""
    return {name.lower(): _header_line(name, value) for name, value in headers.items()}


def _header_line(name: str, value: HeaderValue) -> str:
    if not isinstance(value, str | bytes | int | float):
        raise ValueError(f"the header {name!r} can't have the value {value!r}: a text is wanted")  # noqa: TRY004 - to callers it is one kind of error
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    if not _TOKEN.fullmatch(name):
        raise ValueError(f"{name!r} is no header: its name has a character that none may have")
    if _CONTROL_IN_VALUE.search(text):
        raise ValueError(f"the header {name!r} has a control character: {text!r}")
    if not all(one <= "\xff" for one in text):
        raise ValueError(f"the header {name!r} is not Latin-1: {text!r}; encode it")
    return f"{name}: {text}\r\n"


def _check_framing(lines: Mapping[str, str], body_bytes: int) -> None:
    """Refuse headers that say of the body what isn't so."""
    if "transfer-encoding" in lines:
        raise ValueError(
            "the header 'Transfer-Encoding' is not for scenarios: bodies have a length"
        )
    own = lines.get("content-length")
    if own is not None and own.partition(":")[2].strip() != str(body_bytes):
        raise ValueError(f"{own.strip()!r} is wrong: the body has {body_bytes} bytes")


def _request_target(path: str, params: Params | None) -> str:
    if not path.startswith("/"):
        raise ValueError(f"a path starts with a slash, not {path!r}; the host is the target's own")
    if _CONTROL_CHARACTERS.search(path):
        raise ValueError(f"a path has no control characters: {path!r}")
    target = quote(path.partition("#")[0], safe=_LEGAL_IN_TARGET)
    if params:
        pairs = params.items() if isinstance(params, Mapping) else params
        target += ("&" if "?" in target else "?") + urlencode(list(pairs), doseq=True)
    return target


def _encode_body(json_body: Any, data: Body) -> tuple[bytes, str | None]:
    if json_body is not None:
        if data:
            raise ValueError("a request has json or data, not both")
        return _encode_json(json_body), "application/json"
    if data is None:
        return b"", None
    if isinstance(data, bytes | bytearray | memoryview):
        return bytes(data), None
    if isinstance(data, str):
        return data.encode(), None
    pairs = data.items() if isinstance(data, Mapping) else data
    try:
        form = urlencode(list(pairs), doseq=True).encode()
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"data is bytes, a text or the fields of a form, not {type(data).__name__}"
        ) from error
    return form, "application/x-www-form-urlencoded"


def _encode_json(value: Any) -> bytes:
    try:
        return json.dumps(value, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise ValueError(f"this can't be sent as JSON ({error}): {value!r:.100}") from error
