"""A small HTTP server that counts; run as a process: `python counting_server.py HOST`.

It prints its port, answers every request after 5 ms, and prints how many it answered when it is
told to end (SIGTERM).
"""

from __future__ import annotations

import asyncio
import signal
import sys

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class CountingServer:
    def __init__(self) -> None:
        self.answered = 0

    async def serve_connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                await asyncio.sleep(0.005)
                self.answered += 1
                writer.write(_ANSWER)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def main() -> None:
    counting, ending = CountingServer(), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ending.set)
    server = await asyncio.start_server(counting.serve_connection, sys.argv[1], 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await ending.wait()
    sys.stdout.write(f"{counting.answered}\n")
    sys.stdout.flush()
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
