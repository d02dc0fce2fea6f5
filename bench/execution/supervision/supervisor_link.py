"""The harness's end of the supervisor's socket: commands out, events in, descriptors along."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

from bench.execution.supervision.finishing import finish

_READ_BYTES = 1 << 16
_SEND_AGAIN_AFTER_S = 0.005


class SupervisorLink:
    """A started supervisor and the socket that ties it to this process."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        self._socket.setblocking(False)
        self._sending = asyncio.Lock()
        with theirs:
            self._process = subprocess.Popen(
                # -P: a folder named bench in the current folder must not get in between
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "bench.execution.supervision.supervisor",
                    str(theirs.fileno()),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The supervisor's pid."""
        return self._process.pid

    async def send(self, command: dict[str, Any], control: socket.socket | None = None) -> None:
        """Send a command, and along with it a descriptor for the child to have.

        Raises:
            OSError: the supervisor is gone.
        """
        await finish(self._send(command, control))  # half a line would garble all that follow

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        """Yield what the supervisor says, until it is gone."""
        loop = asyncio.get_running_loop()
        unread = b""
        while True:
            try:
                data = await loop.sock_recv(self._socket, _READ_BYTES)
            except ConnectionError:
                data = b""
            if not data:
                return
            *lines, unread = (unread + data).split(b"\n")
            for line in lines:
                yield json.loads(line)

    def hang_up(self) -> None:
        """Tell the supervisor that nothing more comes: it ends everything, then itself."""
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            return  # it is gone already

    def kill(self) -> None:
        """Kill a supervisor that hangs."""
        self._process.kill()

    async def close(self) -> int:
        """Wait for the supervisor's end and return its exit code."""
        self._socket.close()
        return await asyncio.to_thread(self._process.wait)

    async def _send(self, command: dict[str, Any], control: socket.socket | None) -> None:
        line = json.dumps(command).encode() + b"\n"
        async with self._sending:
            if control is not None:
                await self._send_descriptor(control.fileno())
            await asyncio.get_running_loop().sock_sendall(self._socket, line)

    async def _send_descriptor(self, descriptor: int) -> None:
        while True:
            try:
                # a descriptor needs a byte to travel with; JSON lines may begin with a space
                socket.send_fds(self._socket, [b" "], [descriptor])
            except BlockingIOError:
                await asyncio.sleep(_SEND_AGAIN_AFTER_S)
            else:
                return
