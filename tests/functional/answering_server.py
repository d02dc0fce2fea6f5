"""A server that runs before anybody measures it: one answer to all requests; prints its port."""

from __future__ import annotations

import asyncio
import sys


class Answering(asyncio.Protocol):
    """Answer each request that ends with a blank line; the first line of it goes to stderr once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.told = False

    def data_received(self, data: bytes) -> None:
        if not self.told:
            self.told = True
            sys.stderr.write(data.partition(b"\r\n")[0].decode() + "\n")
            sys.stderr.flush()
        answer = f"HTTP/1.1 {sys.argv[1]}\r\nContent-Length: 2\r\n\r\nok".encode()
        self.transport.write(answer * data.count(b"\r\n\r\n"))


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


asyncio.run(main())
