from __future__ import annotations

import errno
import socket
import ssl

import pytest

from bench.load.http.outcomes import (
    BadResponseError,
    ConnectTimeoutError,
    FirstByteTimeoutError,
    RedirectError,
    RemoteHostError,
    ResponseTimeoutError,
    outcome_of_exception,
    outcome_of_status,
)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (errno.ECONNREFUSED, "connection-refused"),
        (errno.ECONNRESET, "connection-reset"),
        (errno.EPIPE, "connection-reset"),
        (errno.EADDRNOTAVAIL, "generator-no-ports"),
        (errno.EMFILE, "generator-no-files"),
    ],
)
def test_errors_of_the_system_have_names(code: int, outcome: str) -> None:
    assert outcome_of_exception(OSError(code, "")) == outcome


def test_a_wrapped_error_is_named_by_what_it_wraps() -> None:
    class MaxRetryError(Exception):
        reason: Exception

    wrapper = MaxRetryError("gave up")
    wrapper.reason = OSError(errno.EMFILE, "too many")
    assert outcome_of_exception(RuntimeError(wrapper)) == "generator-no-files"


def test_errors_of_no_known_kind_are_named_by_their_class() -> None:
    class HTTPParseError(Exception):
        pass

    assert outcome_of_exception(HTTPParseError()) == "http-parse-error"
    assert outcome_of_exception(BadResponseError()) == "bad-response"
    assert outcome_of_exception(TimeoutError()) == "timeout"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ConnectTimeoutError(), "connect-timeout"),
        (FirstByteTimeoutError(), "first-byte-timeout"),
        (ResponseTimeoutError(), "timeout"),
        (OSError(errno.ETIMEDOUT, ""), "timeout"),
        (RedirectError(), "bad-redirect"),
        (RemoteHostError(), "remote-refused"),
        (socket.gaierror(-2, ""), "host-unknown"),
        (ssl.SSLCertVerificationError(1, ""), "tls-bad-certificate"),
        # Errors of TLS are numbered on their own: this is no EAGAIN, and 104 would be no reset.
        (ssl.SSLError(errno.ECONNRESET, ""), "tls-error"),
    ],
)
def test_each_way_to_fail_has_an_outcome_of_its_own(error: Exception, outcome: str) -> None:
    assert outcome_of_exception(error) == outcome


def test_statuses_from_400_are_errors() -> None:
    assert [outcome_of_status(status) for status in (200, 304, 399)] == ["ok"] * 3
    assert outcome_of_status(400) == "http-400"
