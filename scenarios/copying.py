"""A second copy of the target, for drivers that end it: the harness's own must live."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from driving import HOST, PORT, ask

STARTS_WITHIN_S = 20.0
ENDS_WITHIN_S = 30.0


@dataclass
class Copy:
    """A server like the target, on a port of its own."""

    process: subprocess.Popen[bytes]
    port: int

    def tell(self, what: signal.Signals) -> float:
        """Send a signal, and return when that was."""
        self.process.send_signal(what)
        return time.monotonic()

    async def wait(self) -> None:
        """Wait until it has ended; kill it if it takes too long."""
        deadline_s = time.monotonic() + ENDS_WITHIN_S
        while self.process.poll() is None and time.monotonic() < deadline_s:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
        self.kill()

    def kill(self) -> None:
        """End it at once, if it has not ended by itself."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


async def copy_target(server_pid: int, log: Path, more: Mapping[str, str]) -> Copy:
    """Start a copy of a target, with its command and environment, and wait until it is ready.

    Args:
        server_pid: of the target's first process.
        log: the file for what it prints.
        more: further environment variables.

    Raises:
        RuntimeError: it doesn't become ready.
    """
    port = free_port()
    folder = Path(f"/proc/{server_pid}")
    words = [word.decode() for word in folder.joinpath("cmdline").read_bytes().split(b"\0")[:-1]]
    command = [_with_port(word, port) for word in words]
    pairs = folder.joinpath("environ").read_bytes().split(b"\0")[:-1]
    env = dict(pair.decode().split("=", 1) for pair in pairs)
    env.pop("PAIRBENCH_OBSERVATIONS", None)
    cwd = folder.joinpath("cwd").resolve()
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: ASYNC220 - a fork and no more
            command, env=env | dict(more), cwd=cwd, stdout=output, stderr=output
        )
    copy = Copy(process, port)
    deadline_s = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline_s:
        if process.poll() is not None:
            break
        try:
            _, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return copy
    copy.kill()
    raise RuntimeError(f"a copy of the target did not become ready; see {log}")


def free_port() -> int:
    """Find a port that nobody listens on just now."""
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


async def find_worker(port: int) -> int:
    """Ask the process that answers on a port which one it is."""
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        _, body = await ask(reader, writer, "/pid")
    finally:
        writer.close()
    return int(body)


def find_server(pid: int) -> int:
    """Return the first process of a server, which forked the worker that answered.

    gunicorn's arbiter has workers, and so has uvicorn's supervisor; uvicorn with one worker is one
    process.
    """
    parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    command = Path(f"/proc/{parent}/cmdline").read_bytes()
    return parent if b"gunicorn" in command or b"\0-m\0uvicorn\0" in command else pid


def _with_port(word: str, port: int) -> str:
    if word == str(PORT):
        return str(port)
    return f"{word.removesuffix(str(PORT))}{port}" if word.endswith(f":{PORT}") else word


def scratch_file(name: str) -> Path:
    """Return a file beside the driver's own."""
    return Path(os.environ["PAIRBENCH_SLICES"]).with_name(name)
