from __future__ import annotations

import socket

import pytest

from bench.errors import UsageError
from bench.execution.targets.addresses import Resolve, is_loopback, locate, resolve_name


def finds(*addresses: str) -> Resolve:
    return lambda host, port: addresses


def fails(host: str, port: int) -> tuple[str, ...]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_an_address_keeps_the_url_without_what_follows_the_port() -> None:
    found = locate("http://shop.test:8080/a?b=1", allow_remote=False, resolve=finds("127.0.0.1"))
    assert (found.scheme, found.host, found.port) == ("http", "shop.test", 8080)
    assert found.url == "http://shop.test:8080"


@pytest.mark.parametrize(("url", "port"), [("http://localhost", 80), ("https://localhost/", 443)])
def test_a_url_without_a_port_means_that_of_its_scheme(url: str, port: int) -> None:
    assert locate(url, allow_remote=False, resolve=finds("127.0.0.1")).port == port


def test_an_ipv6_address_stands_in_brackets() -> None:
    found = locate("http://[::1]:8080", allow_remote=False, resolve=finds("::1"))
    assert (found.host, found.url) == ("::1", "http://[::1]:8080")


def test_a_host_of_which_one_address_is_elsewhere_is_refused() -> None:
    both = finds("127.0.0.1", "192.0.2.1")
    with pytest.raises(UsageError, match=r"has the address 192\.0\.2\.1") as refusal:
        locate("http://shop.test", allow_remote=False, resolve=both)
    assert "--allow-remote" in refusal.value.hint


def test_a_host_that_is_elsewhere_is_taken_where_that_is_allowed() -> None:
    found = locate("http://192.0.2.1:81", allow_remote=True, resolve=finds("192.0.2.1"))
    assert found.port == 81


def test_a_host_that_does_not_exist_is_named() -> None:
    with pytest.raises(UsageError, match=r"nowhere\.test.*can't be resolved"):
        locate("http://nowhere.test", allow_remote=True, resolve=fails)


def test_an_address_is_asked_for_once() -> None:
    asked: list[str] = []

    def count(host: str, port: int) -> tuple[str, ...]:
        asked.append(host)
        return ("127.0.0.1",)

    locate("http://shop.test", allow_remote=False, resolve=count)
    assert asked == ["shop.test"]


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:80",
        "ftp://127.0.0.1",
        "http://",
        "http://:80",
        "http://me@127.0.0.1",
        "http://127.0.0.1:99999",
        "http://[::1",
    ],
)
def test_what_is_no_url_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="is no URL such as"):
        locate(url, allow_remote=True, resolve=finds("127.0.0.1"))


@pytest.mark.parametrize(
    ("address", "is_ours"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:10.0.0.1", False),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("fe80::1%eth0", False),
    ],
)
def test_only_loopback_is_this_machine(address: str, is_ours: bool) -> None:
    assert is_loopback(address) is is_ours


def test_numbers_need_no_name_server() -> None:
    assert resolve_name("127.0.0.1", 80) == ("127.0.0.1",)
