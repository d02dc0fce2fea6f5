"""Compressed bodies, unpacked."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from bench.load.http.outcomes import BadResponseError

_GZIP_WINDOW: Final = zlib.MAX_WBITS | 16


def decode(body: bytes, content_encoding: str) -> bytes:
    """Return a body as it was before its encodings; as it came, where one of them is unknown.

    Raises:
        BadResponseError: it is not encoded as its header says.
    """
    encodings = [one.strip().lower() for one in content_encoding.split(",") if one.strip()]
    if not body or not all(one in _DECODERS for one in encodings):
        return body
    for encoding in reversed(encodings):
        try:
            body = _DECODERS[encoding](body)
        except (zlib.error, EOFError, _BROTLI_ERROR) as error:
            raise BadResponseError(f"the body is not {encoding}: {error}") from error
    return body


def _gunzip(body: bytes) -> bytes:
    """Unpack all members, one after the other."""
    pieces = []
    while body:
        unpacker = zlib.decompressobj(_GZIP_WINDOW)
        pieces.append(_all_of(unpacker, body))
        body = unpacker.unused_data
    return b"".join(pieces)


def _inflate(body: bytes) -> bytes:
    """Unpack what is zlib's format by the standard, and often only what is inside of it."""
    try:
        return _all_of(zlib.decompressobj(), body)
    except zlib.error:
        return _all_of(zlib.decompressobj(-zlib.MAX_WBITS), body)


def _all_of(unpacker: Any, body: bytes) -> bytes:
    unpacked: bytes = unpacker.decompress(body) + unpacker.flush()
    if not unpacker.eof:
        raise EOFError("its end is missing")
    return unpacked


def _unchanged(body: bytes) -> bytes:
    return body


class _NoBrotliError(Exception):
    """What is raised where brotli is not installed: nothing."""


_brotli: Final[Any] = import_module("brotli") if find_spec("brotli") else None
_BROTLI_ERROR: Final[type[Exception]] = _brotli.error if _brotli else _NoBrotliError
_DECODERS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate,
    "identity": _unchanged,
} | ({"br": _brotli.decompress} if _brotli else {})

ACCEPTED: Final = "gzip, deflate, br" if _brotli else "gzip, deflate"
"""What is asked for, where compression is wanted."""
