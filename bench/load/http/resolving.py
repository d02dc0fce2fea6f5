"""Hosts: where they are, and whether they may be loaded."""

from __future__ import annotations

import socket
from ipaddress import IPv6Address, ip_address
from typing import Any

from bench.load.http.outcomes import RemoteHostError


def resolve(host: str, port: int, *, allow_remote: bool) -> tuple[int, Any]:
    """Return a host's family of addresses, and its first address.

    Raises:
        RemoteHostError: it is not this machine, and that is not allowed.
        OSError: there is no such host.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise socket.gaierror(
            error.errno, f"there is no host {host!r}: {error.strerror}"
        ) from error
    except UnicodeError as error:
        raise socket.gaierror(socket.EAI_NONAME, f"{host!r} is no name of a host") from error
    remote = [where[0] for *_, where in found if not _is_loopback(str(where[0]))]
    if remote and not allow_remote:
        raise RemoteHostError(
            f"{host} ({remote[0]}) is not this machine. Load only what is yours, and say "
            "--allow-remote if it is meant."
        )
    family, _, _, _, sockaddr = found[0]
    return family, sockaddr


def _is_loopback(text: str) -> bool:
    address = ip_address(text)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback
