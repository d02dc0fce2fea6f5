"""A server whose delays are known, and which stamps each request; run as a process by a test.

It prints its port. `/constant/N` answers after 20 ms; `/bimodal/N` after 5 ms, every tenth after
60 ms; `/stalling/N` after 2 ms, but its loop stands still for a second in every ten. `/stamps`
tells, by N, when it began to answer and when it had answered, on the machine's monotonic clock.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

stamps: dict[str, tuple[float, float]] = {}
is_stalling = False
STALL_S, STALLS_EVERY_S, FIRST_STALL_S = 1.0, 10.0, 5.0


async def serve_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            body = await answer(head.split(" ", 2)[1].strip("/").split("/"), time.monotonic())
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def answer(path: list[str], began_s: float) -> bytes:
    match path:
        case ["constant", number]:
            await asyncio.sleep(0.020)
        case ["bimodal", number]:
            await asyncio.sleep(0.060 if int(number) % 10 == 0 else 0.005)
        case ["stalling", number]:
            begin_to_stall()
            await asyncio.sleep(0.002)
        case _:
            return json.dumps(stamps).encode()
    stamps[number] = (began_s, time.monotonic())
    return b"ok"


def begin_to_stall() -> None:
    global is_stalling  # noqa: PLW0603 - one server, one state
    if not is_stalling:
        is_stalling = True
        asyncio.get_running_loop().call_later(FIRST_STALL_S, stall)


def stall() -> None:
    asyncio.get_running_loop().call_later(STALLS_EVERY_S, stall)
    time.sleep(STALL_S)


async def main() -> None:
    server = await asyncio.start_server(serve_connection, "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit(0)
