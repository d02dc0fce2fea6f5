"""Outcomes: in one short word, what became of a request."""

from __future__ import annotations

import errno
import re
import socket
import ssl
from collections.abc import Iterator
from typing import Final

OK: Final = "ok"
CHECK_FAILED: Final = "check-failed"
BAD_REQUEST: Final = "bad-request"
"""It could not be sent as it was asked for; the scenario's fault."""
TIMEOUT: Final = "timeout"
CONNECT_TIMEOUT: Final = "connect-timeout"
FIRST_BYTE_TIMEOUT: Final = "first-byte-timeout"

FIRST_ERROR_STATUS: Final = 400


class BadResponseError(Exception):
    """The target answered something that is not HTTP/1.1."""


class BadStatusError(Exception):
    """The target answered with a status that tells of an error."""


class CheckFailedError(Exception):
    """The scenario was not content with an answer."""


class RedirectError(Exception):
    """The target redirected to where nobody can follow, or again and again."""


class RemoteHostError(ValueError):
    """A host is not loopback, and nobody has allowed that."""


class ResponseTimeoutError(TimeoutError):
    """The response was not complete in the time it was given."""


class ConnectTimeoutError(TimeoutError):
    """There was no connection in the time it was given, TLS included."""


class FirstByteTimeoutError(TimeoutError):
    """Nothing of the response came in the time it was given."""


# The first that fits counts. Errors of TLS have numbers of their own, which mean nothing as errno.
_BY_CLASS: Final = (
    (BadResponseError, "bad-response"),
    (RedirectError, "bad-redirect"),
    (RemoteHostError, "remote-refused"),
    (ConnectTimeoutError, CONNECT_TIMEOUT),
    (FirstByteTimeoutError, FIRST_BYTE_TIMEOUT),
    (TimeoutError, TIMEOUT),
    (ssl.SSLCertVerificationError, "tls-bad-certificate"),
    (ssl.SSLError, "tls-error"),
    (socket.gaierror, "host-unknown"),
)

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


def outcome_of_status(status: int) -> str:
    """Return the outcome of an answer by its status.

    >>> outcome_of_status(204), outcome_of_status(503)
    ('ok', 'http-503')
    """
    return OK if status < FIRST_ERROR_STATUS else f"http-{status}"


def outcome_of_exception(error: BaseException) -> str:
    """Return the outcome of a request that failed with this, or with what caused it.

    >>> outcome_of_exception(ConnectionRefusedError(111, "")), outcome_of_exception(KeyError())
    ('connection-refused', 'key-error')
    """
    for cause in _causes(error):
        for kind, outcome in _BY_CLASS:
            if isinstance(cause, kind):
                return outcome
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
