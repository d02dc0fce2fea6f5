"""A small HTTP server that stamps what it does; run as a process by the generator's tests.

It prints its port. `/sleep/MS` answers after so long, `/never` never, `/status/N` with that status;
`/stamps` tells when it read and when it answered each `/sleep`, on the machine's monotonic clock.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

stamps: list[tuple[float, float]] = []


async def serve_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            _, path, _ = head.split(" ", 2)
            length = next(
                (
                    int(line.split(":")[1])
                    for line in head.splitlines()
                    if line.lower().startswith("content-length:")
                ),
                0,
            )
            await reader.readexactly(length)
            writer.write(await answer(path))
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def answer(path: str) -> bytes:
    began_s = time.monotonic()
    status, body = 200, b"ok"
    match path.split("?", maxsplit=1)[0].strip("/").split("/"):
        case ["sleep", milliseconds]:
            await asyncio.sleep(float(milliseconds) / 1000)
            stamps.append((began_s, time.monotonic()))
        case ["never"]:
            await asyncio.Event().wait()
        case ["status", number]:
            status = int(number)
        case ["stamps"]:
            body = json.dumps(stamps).encode()
    return (
        b"HTTP/1.1 %d X\r\nContent-Length: %d\r\nX-Server: stamping\r\n\r\n"
        % (
            status,
            len(body),
        )
        + body
    )


async def main() -> None:
    server = await asyncio.start_server(serve_connection, "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
