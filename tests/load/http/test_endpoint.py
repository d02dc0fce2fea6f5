from __future__ import annotations

import socket

import pytest

from bench.load.http.client import Endpoint
from bench.load.http.origin import Origin
from bench.load.http.outcomes import RemoteHostError, outcome_of_exception
from bench.load.http.resolving import _is_loopback


def at(url: str, **options: object) -> Endpoint:
    return Endpoint.at(url, connections="keep-alive", timeout_s=5.0, **options)  # type: ignore[arg-type]


def test_an_endpoint_says_where_and_for_how_long() -> None:
    endpoint = at("http://127.0.0.1:80", connect_timeout_s=1.0, first_byte_timeout_s=2.0)
    assert endpoint.address[:2] == (socket.AF_INET, ("127.0.0.1", 80))
    assert endpoint.tls is None
    assert endpoint.shortest_timeout_s == 1.0
    assert at("https://127.0.0.1").tls is not None
    assert at("https://127.0.0.1").address.sockaddr[1] == 443
    assert at("http://localhost:80").keep_alive


@pytest.mark.parametrize("host", ["192.0.2.1", "0.0.0.0", "[2001:db8::1]"])
def test_a_host_that_is_not_this_machine_is_refused_by_name(host: str) -> None:
    with pytest.raises(RemoteHostError, match=r"(?s)is not this machine.*--allow-remote") as error:
        at(f"http://{host}:80")
    assert host.strip("[]") in str(error.value)
    assert at(f"http://{host}:80", allow_remote=True).address.sockaddr[0] == host.strip("[]")


@pytest.mark.parametrize(
    ("address", "is_loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("::ffff:127.0.0.1", True),
     ("::ffff:192.0.2.1", False), ("10.0.0.1", False), ("fe80::1%lo", False)],
)  # fmt: skip
def test_loopback_has_many_addresses(address: str, is_loopback: bool) -> None:
    assert _is_loopback(address) == is_loopback


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 70 + ".invalid"])
def test_a_host_that_is_not_there_is_named(host: str) -> None:
    with pytest.raises(OSError, match=host) as error:
        at(f"http://{host}")
    assert outcome_of_exception(error.value) == "host-unknown"


@pytest.mark.parametrize(
    "url",
    ["ftp://127.0.0.1", "127.0.0.1:80", "http://", "http://127.0.0.1/path", "http://u@127.0.0.1"],
)
def test_a_target_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"URL begins|without a path|use auth"):
        at(url)


def test_origins_are_equal_however_they_are_spelt() -> None:
    assert Origin.of("http://A/b") == Origin.of("http://a:80")
    assert Origin.of("https://a") != Origin.of("http://a:443")
    assert Origin.of("http://[::1]:8080/x").url == "http://[::1]:8080"
    assert Origin.of("https://a:443/").url == "https://a"


def test_other_origins_are_looked_up_once_and_under_the_same_rules() -> None:
    endpoint = at("http://127.0.0.1:80", first_byte_timeout_s=2.0)
    other = endpoint.elsewhere(Origin.of("https://127.0.0.1:81"))
    assert endpoint.elsewhere(Origin.of("https://127.0.0.1:81/x")) is other
    assert (other.first_byte_timeout_s, other.keep_alive) == (2.0, True)
    with pytest.raises(RemoteHostError):
        endpoint.elsewhere(Origin.of("http://192.0.2.1"))
