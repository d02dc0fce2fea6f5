"""Readiness, observed: a process is ready when it answers on its port, and it alone."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import Callable
from typing import Any, Final

from bench.errors import PortTakenError, TargetStartError
from bench.execution.supervision.managed_process import ManagedProcess
from bench.execution.targets.ports import listeners, tree_listens

READY: Final = "succeeded"
POLL_S: Final = 0.02
ATTEMPT_TIMEOUT_S: Final = 5.0
"""An attempt that hangs this long is given up for a new one."""
_TELLING_SILENCE_S: Final = 0.25
"""A last attempt that the timeout cut shorter than this says less than those before it."""
_STATUS_LINE_BYTES: Final = 4096
_FIRST_BAD_STATUS: Final = 400


async def wait_until_ready(
    process: ManagedProcess,
    host: str,
    port: int,
    path: str | None,
    *,
    timeout_s: float,
    tls: bool = False,
    poll_s: float = POLL_S,
    clock: Callable[[], float] = time.monotonic,
) -> float:
    """Poll a process until it is ready; return how long that took, in seconds.

    Args:
        process: the leader of the tree that is to listen.
        host: where it is to listen.
        port: where it is to listen.
        path: answers below 400 once the process is ready; None: accepting a connection will do.
        timeout_s: how long it may take.
        tls: whether it speaks TLS; its certificate is not verified.
        poll_s: the pause between attempts.
        clock: monotonic seconds.

    Raises:
        PortTakenError: another process listens on the port.
        TargetStartError: it ended, or was not ready in time.
    """
    began_s = clock()
    context = unverified_context() if tls else None
    dying = asyncio.ensure_future(process.wait())
    seen = "it was never asked"
    try:
        while (left_s := began_s + timeout_s - clock()) > 0:
            patience_s = min(left_s, ATTEMPT_TIMEOUT_S)
            answer = await _attempt(dying, host, port, path, patience_s, context)
            seen = tell(answer, patience_s) or seen
            if dying.done():
                raise _death(process, dying.result(), host, port)
            if seen != _REFUSED and not tree_listens(process.pid, port):
                raise _taken(process, host, port)
            if seen == READY:
                return clock() - began_s
            await asyncio.wait([dying], timeout=poll_s)
    finally:
        dying.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await dying
    raise TargetStartError(
        f"{process.spec.name} was not ready after {timeout_s:g} s: "
        f"{'GET ' + path if path else 'a connection'} at {host}:{port} {seen}.",
        hint="Give the right `ready` path, or a longer `ready_timeout`; the log says more.",
        evidence=process.log_tail(),
    )


def tell(answer: str | None, patience_s: float) -> str | None:
    """Say what an attempt tells; None: a last one that the timeout cut too short to tell anything.

    Args:
        answer: what came of it; None: nothing, within its patience.
        patience_s: how long it was waited for.
    """
    if answer is not None or patience_s <= _TELLING_SILENCE_S:
        return answer
    return f"got no answer within {patience_s:.1f} s"


_REFUSED: Final = "was refused; nothing listens there"


def unverified_context() -> ssl.SSLContext:
    """Trust any certificate: all that is asked is whether somebody answers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def _attempt(
    dying: asyncio.Future[int],
    host: str,
    port: int,
    path: str | None,
    timeout_s: float,
    tls: ssl.SSLContext | None,
) -> str | None:
    """Ask once, unless the process dies meanwhile; return what came of it, if anything did."""
    asking = asyncio.ensure_future(ask(host, port, path, tls=tls))
    try:
        either: list[asyncio.Future[Any]] = [asking, dying]
        await asyncio.wait(either, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        return asking.result() if asking.done() else None
    finally:
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking


async def ask(host: str, port: int, path: str | None, *, tls: ssl.SSLContext | None = None) -> str:
    """Ask once; return `READY`, or what came of it in words that follow on "GET /path"."""
    try:
        reader, writer = await asyncio.open_connection(
            host, port, limit=_STATUS_LINE_BYTES, ssl=tls
        )
    except ConnectionRefusedError:
        return _REFUSED
    except OSError as error:
        return f"failed: {error}"
    try:
        return READY if path is None else await _get(reader, writer, host, port, path)
    except (OSError, ValueError) as error:
        return f"failed: {error}"
    finally:
        writer.transport.abort()


async def _get(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int, path: str
) -> str:
    request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: */*\r\nConnection: close\r\n"
    writer.write(f"{request}\r\n".encode())
    line = (await reader.readline()).decode("latin-1").rstrip()
    version, _, rest = line.partition(" ")
    if not version.startswith("HTTP/") or not rest[:3].isdigit():
        return f"got {line[:80]!r}, which is no HTTP" if line else "was closed without an answer"
    return READY if int(rest[:3]) < _FIRST_BAD_STATUS else f"kept answering {rest}"


def _death(process: ManagedProcess, returncode: int, host: str, port: int) -> TargetStartError:
    message = f"{process.spec.name} ended before it was ready, with exit code {returncode}"
    others = listeners(port)
    if others:  # not our tree any more, which has ended
        return PortTakenError(
            f"{message}: {', '.join(others)} has taken {host}:{port}.",
            evidence=process.log_tail(),
        )
    return TargetStartError(
        f"{message}.",
        hint=f"The command was: {' '.join(process.spec.argv)}",
        evidence=process.log_tail(),
    )


def _taken(process: ManagedProcess, host: str, port: int) -> PortTakenError:
    others = ", ".join(listeners(port)) or "a process of another user"
    return PortTakenError(
        f"{host}:{port}, which was free for {process.spec.name}, is taken by {others}.",
        hint="Run again; if it is the target's own process, it must stay a child of the command.",
        evidence=process.log_tail(),
    )
