"""A server of streams that does by hand what its paths say, good and bad; prints its port.

`/ws/...` answers as a WebSocket, `/sse/...` as an event stream, `/seen` with what clients said.
Numbers are sent in events like {"n": 3, "t": 12.5}, whose stamp lies `shift` ms in the past.
"""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import struct
import sys
import time
from asyncio import StreamReader, StreamWriter
from base64 import b64encode
from collections.abc import Awaitable, Callable
from hashlib import sha1
from typing import Any

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
Say = Callable[[str], Awaitable[None]]
seen: list[dict[str, Any]] = []


async def serve() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=4096)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


async def answer(reader: StreamReader, writer: StreamWriter) -> None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split(" ")[1]
        headers = dict(line.lower().split(": ", 1) for line in head.splitlines()[1:] if line)
        key = next(
            (line.split(": ")[1] for line in head.splitlines() if "Sec-WebSocket-Key" in line), ""
        )
        kind, _, rest = path[1:].partition("/")
        if kind == "seen":
            body = json.dumps(seen).encode()
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()
        else:
            seen.append({"path": path, "headers": headers})
            await (
                answer_ws(rest, key, reader, writer) if kind == "ws" else answer_sse(rest, writer)
            )
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def answer_ws(what: str, key: str, reader: StreamReader, writer: StreamWriter) -> None:
    if what in BAD_HANDSHAKES:
        answer, then_s = BAD_HANDSHAKES[what]
        writer.write(answer)
        await asyncio.sleep(then_s)
        return
    proof = b64encode(sha1(key.encode() + MAGIC).digest()).decode()
    if what == "wrong-accept":
        proof = b64encode(b"x" * 20).decode()
    extension = "sec-websocket-extensions: permessage-deflate\r\n" if what == "extension" else ""
    writer.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"{extension}Sec-WebSocket-Accept: {proof}\r\n\r\n".encode()
    )
    await speak(what, writer)
    if not what.startswith(("midframe", "reset", "leave")):
        await listen(what, reader, writer)


async def speak(what: str, writer: StreamWriter) -> None:
    async def say(text: str) -> None:
        writer.write(frame(0x81, text.encode()))
        await writer.drain()

    if what in FRAMES:
        writer.write(FRAMES[what])
        await writer.drain()
        if what == "reset":
            reset(writer)
    elif what == "fragments":
        await speak_in_fragments(writer)
    else:
        await play(what, say)


async def speak_in_fragments(writer: StreamWriter) -> None:
    """Cut a text in the middle of a character, put a ping between, and send it byte by byte."""
    text = '{"n": 1, "é": "€"}'.encode()
    parts = [text[:11], text[11:12], text[12:]]
    writer.write(frame(0x01, parts[0]) + frame(0x89, b"") + frame(0x00, parts[1]))
    for byte in frame(0x80, parts[2]):
        await writer.drain()
        await asyncio.sleep(0.001)
        writer.write(bytes([byte]))


BAD_HANDSHAKES = {
    "never": (b"", 60),
    "garbage": (b"SSH-2.0-OpenSSH\r\n\r\n", 0),
    "refuse": (b"HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno", 60),
    "refuse-until-close": (b"HTTP/1.1 503 Busy\r\n\r\nno", 0),
    "hang-up": (b"", 0),
}
FRAMES = {
    "midframe": b"\x81\x7e\x01\x00half",
    "bad-frames": b"\x8f\xff\xff\xff",
    "masked": b"\x81\x81abcdx",
    "not-utf-8": b"\x81\x02\xff\xfe",
    "too-long": b"\x81\x7f" + struct.pack("!Q", 1 << 40),
    "reset": b"\x81\x02{}",
    "going-away": b"\x88\x09" + struct.pack("!H", 1001) + b"restart",
    "binary": b"\x82\x02{}",
    "ping": b"\x89\x0dare you there",
}


async def listen(what: str, reader: StreamReader, writer: StreamWriter) -> None:
    """Note what the client says until it is gone; answer its close, unless deaf."""
    while True:
        opcode, data = await read_frame(reader)
        seen.append({"path": f"/ws/{what}", "opcode": opcode, "data": data.hex()})
        if opcode == 8 and what != "deaf":
            writer.write(frame(0x88, data))
            await writer.drain()
            return
        if opcode == 1 and what == "echo":
            writer.write(frame(0x81, data))


async def read_frame(reader: StreamReader) -> tuple[int, bytes]:
    first, second = await reader.readexactly(2)
    assert second & 0x80, "clients mask"
    length = second & 0x7F
    if length == 126:
        (length,) = struct.unpack("!H", await reader.readexactly(2))
    mask = await reader.readexactly(4)
    data = await reader.readexactly(length)
    return first & 0x0F, bytes(byte ^ mask[index % 4] for index, byte in enumerate(data))


def frame(first: int, payload: bytes) -> bytes:
    if len(payload) < 126:
        return bytes([first, len(payload)]) + payload
    return bytes([first, 126]) + struct.pack("!H", len(payload)) + payload


def reset(writer: StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
    )
    writer.transport.abort()


async def answer_sse(what: str, writer: StreamWriter) -> None:
    if what in SSE_ANSWERS:
        writer.write(SSE_ANSWERS[what])
        return
    chunked = what.startswith("chunked-")
    what = what.removeprefix("chunked-")
    writer.write(SSE_HEAD + (b"transfer-encoding: chunked\r\n\r\n" if chunked else b"\r\n"))

    async def say(text: str) -> None:
        data = f"id: {len(text)}\ndata: {text}\n\n".encode()
        writer.write(b"%x\r\n%s\r\n" % (len(data), data) if chunked else data)
        await writer.drain()

    await play(what, say)
    if what.startswith("leave"):
        if chunked:
            writer.write(b"0\r\n\r\n")
        return
    await asyncio.sleep(60)


SSE_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
SSE_ANSWERS = {
    "html": b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<p>",
    "gzip": SSE_HEAD + b"content-encoding: gzip\r\n\r\n",
    "busy": b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n",
    "garbage": b"nonsense\r\n\r\n",
    "hang-up": b"",
    "bad-chunk": SSE_HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n",
    "retry": SSE_HEAD + b"\r\nretry: 10\nid: seven\ndata: {}\n\n",
}


async def play(what: str, say: Say) -> None:
    """`numbers/1,2,4`, `leave/1,2`, `every/10`, `shift/250/monotonic`, `plain/5`, `silent`."""
    kind, _, rest = what.partition("/")
    if kind in ("numbers", "leave"):
        for number in filter(None, rest.split(",")):
            await say(json.dumps({"n": int(number), "t": time.monotonic()}))
    elif kind == "plain":
        for _ in range(int(rest)):
            await say("no JSON")
    elif kind == "every":
        number = 0
        while True:
            await asyncio.sleep(int(rest) / 1e3)
            await say(json.dumps({"n": number, "t": time.monotonic()}))
            number += 1
    elif kind == "shift":
        shift_ms, clock = rest.split("/")
        for number in range(20):
            await asyncio.sleep(0.02)
            stamp = getattr(time, clock)() - int(shift_ms) / 1e3
            await say(json.dumps({"meta": [{"sent": stamp}], "n": number}))


asyncio.run(serve())
