"""Where a target that already runs is, and whether it may be loaded: loopback, unless allowed."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from bench.errors import UsageError

Resolve = Callable[[str, int], tuple[str, ...]]

_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Address:
    """The place of a server that already runs; the URL is kept as it was written."""

    scheme: str
    """`http` or `https`."""
    host: str
    port: int
    url: str
    """Without path, and without a slash at the end."""


def resolve_name(host: str, port: int) -> tuple[str, ...]:
    """Return all addresses of a host.

    Raises:
        OSError: it has none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def locate(url: str, *, allow_remote: bool, resolve: Resolve = resolve_name) -> Address:
    """Find the place that a URL names; nothing is sent there.

    Args:
        url: scheme, host and port; what follows them is ignored.
        allow_remote: whether it may be elsewhere than on this machine.
        resolve: asked once for the addresses of the host, all of which have to be loopback.

    Raises:
        UsageError: it is no such URL, its host has no address, or one that is not loopback.
    """
    parts = _split(url)
    scheme, host = parts.scheme, parts.hostname
    if scheme not in _PORTS or not host or parts.username is not None:
        raise UsageError(f"{url!r} is no URL such as http://127.0.0.1:8000.")
    port = parts.port or _PORTS[scheme]
    try:
        addresses = resolve(host, port)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{host}, the host of {url}, can't be resolved: {reason}.") from None
    elsewhere = [address for address in addresses if not is_loopback(address)]
    if elsewhere and not allow_remote:
        raise UsageError(
            f"{url} is not on this machine: {host} has the address {elsewhere[0]}.",
            hint="Load on other people's servers is an attack. If it is yours: --allow-remote.",
        )
    return Address(scheme, host, port, f"{scheme}://{parts.netloc}")


def is_loopback(address: str) -> bool:
    """Tell whether an IP address can only be this machine's own.

    >>> [is_loopback(address) for address in ("127.0.0.9", "::1", "::ffff:127.0.0.1", "10.0.0.1")]
    [True, True, True, False]
    """
    ip = ip_address(address)
    mapped = getattr(ip, "ipv4_mapped", None)
    return bool((mapped or ip).is_loopback)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # is only looked at, and refused, when it is asked for
    except ValueError as error:
        raise UsageError(f"{url!r} is no URL such as http://127.0.0.1:8000: {error}.") from None
    return parts
