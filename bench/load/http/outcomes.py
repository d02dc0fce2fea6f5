"""Outcomes: in one short word, what became of a request."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from typing import Final

OK: Final = "ok"
CHECK_FAILED: Final = "check-failed"
TIMEOUT: Final = "timeout"

_FIRST_ERROR_STATUS: Final = 400

_BY_ERRNO: Final = {
    errno.ECONNREFUSED: "connection-refused",
    errno.ECONNRESET: "connection-reset",
    errno.EPIPE: "connection-reset",
    errno.ECONNABORTED: "connection-reset",
    errno.ETIMEDOUT: TIMEOUT,
    errno.EHOSTUNREACH: "host-unreachable",
    errno.ENETUNREACH: "host-unreachable",
    # These two are the generator's own fault, and named so that nobody blames the target.
    errno.EADDRNOTAVAIL: "generator-no-ports",
    errno.EMFILE: "generator-no-files",
    errno.ENFILE: "generator-no-files",
}

_BY_CLASS_NAME: Final = {
    # Of requests, urllib3 and geventhttpclient, which Locust's own clients stand on.
    "Timeout": TIMEOUT,
    "ReadTimeout": TIMEOUT,
    "ConnectTimeout": TIMEOUT,
    "ReadTimeoutError": TIMEOUT,
    "ConnectTimeoutError": TIMEOUT,
    "HTTPConnectionClosed": "connection-reset",
    "RemoteDisconnected": "connection-reset",
    "ProtocolError": "connection-reset",
    "CatchResponseError": CHECK_FAILED,
    "AssertionError": CHECK_FAILED,
}


class BadResponseError(Exception):
    """The target answered something that is not HTTP/1.1."""


def outcome_of_status(status: int) -> str:
    """Return the outcome of an answer by its status.

    >>> outcome_of_status(204), outcome_of_status(503)
    ('ok', 'http-503')
    """
    return OK if status < _FIRST_ERROR_STATUS else f"http-{status}"


def outcome_of_exception(error: BaseException) -> str:
    """Return the outcome of a request that failed with this, or with what caused it.

    >>> outcome_of_exception(ConnectionRefusedError(111, "")), outcome_of_exception(KeyError())
    ('connection-refused', 'key-error')
    """
    for cause in _causes(error):
        if isinstance(cause, BadResponseError):
            return "bad-response"
        if isinstance(cause, TimeoutError):
            return TIMEOUT
        if isinstance(cause, OSError) and cause.errno in _BY_ERRNO:
            return _BY_ERRNO[cause.errno]
    for cause in _causes(error):
        if (known := _BY_CLASS_NAME.get(type(cause).__name__)) is not None:
            return known
    return _in_kebab_case(type(error).__name__)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all that it wraps, as a cause, a context, a reason or an argument."""
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        inner = (cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args)
        waiting.extend(one for one in inner if isinstance(one, BaseException))


def _in_kebab_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()
