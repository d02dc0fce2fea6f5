"""A flow's machine on a real socket, and servers in threads that answer by script."""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from time import perf_counter
from typing import Any

import gevent
import pytest

from bench.load.configuration import FlowStep
from bench.load.flows.book import Books
from bench.load.flows.machine import FlowMachine
from bench.load.http.client import Endpoint
from bench.load.recording.recorder import Recorder
from bench.load.recording.thinking import ThinkMeter
from bench.load.recording.timeline import Timeline

Script = Callable[[socket.socket], None]
PATIENCE_S = 10.0


class Server:
    """Run one script after the other, each with a connection; the last one again and again."""

    def __init__(self, *scripts: Script) -> None:
        self._scripts = list(scripts)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.accepted = 0
        self._connections: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._serve)]
        self._threads[0].start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        for connection in self._connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        for thread in self._threads:
            thread.join()
        for connection in (*self._connections, self._listener):
            connection.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            script = self._scripts[min(self.accepted, len(self._scripts) - 1)]
            self.accepted += 1
            self._connections.append(connection)
            thread = threading.Thread(target=_play, args=(script, connection))
            self._threads.append(thread)
            thread.start()


def _play(script: Script, connection: socket.socket) -> None:
    try:
        script(connection)
    except OSError:
        return


def read_request(connection: socket.socket) -> bytes:
    """Return a request, its body included; an empty one, if the client has closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65_536)
        if not part:
            return b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            while len(body) < int(line.split(b":")[1]):
                body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def answering(*answers: bytes, seen: list[bytes] | None = None) -> Script:
    """Return a script that gives these answers in turn, the last one again and again."""

    def script(connection: socket.socket) -> None:
        number = 0
        while request := read_request(connection):
            if seen is not None:
                seen.append(request)
            connection.sendall(answers[min(number, len(answers) - 1)])
            number += 1

    return script


def answer(body: bytes | str = b"ok", *, status: int = 200, headers: str = "") -> bytes:
    body = body.encode() if isinstance(body, str) else body
    return f"HTTP/1.1 {status} X\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Scene:
    """One machine that goes through a flow so many times."""

    def __init__(self, url: str, flow: list[dict[str, Any]], **options: Any) -> None:
        values = options.pop("values", {})
        self.seed = options.pop("seed", 1)
        follow = options.pop("rounds_follow", False)
        self.endpoint = Endpoint.at(
            url, **{"connections": "keep-alive", "timeout_s": PATIENCE_S} | options
        )
        self.recorder = Recorder(0, Timeline(perf_counter()))
        self.thinking = ThinkMeter()
        books = Books(self.recorder, self.thinking, self.endpoint.builder, rounds_follow=follow)

        class Declared:
            pass

        declared: Any = Declared
        declared.flow = [step if isinstance(step, FlowStep) else FlowStep(**step) for step in flow]
        declared.values = values
        self.book = books.of(declared)
        self.machine = FlowMachine(self.endpoint, self.book, self, Random(self.seed))
        self.rounds = 0
        self._left = 0
        self._done = gevent.event.Event()

    def round_over(self, think_s: float) -> None:
        self.rounds += 1
        if self.rounds >= self._left:
            self._done.set()
        else:
            self.machine.begin()

    def left(self) -> None:
        self._done.set()

    def run(self, rounds: int = 1, *, look_s: float = 0.02) -> Scene:
        """Go through so many rounds; deadlines are looked at meanwhile."""
        self._left = self.rounds + rounds
        self._done.clear()
        gevent.get_hub().loop.run_callback(self.machine.begin)
        ends_s = perf_counter() + PATIENCE_S
        while not self._done.wait(timeout=look_s):
            self.machine.expire(perf_counter())
            assert perf_counter() < ends_s, "the flow hangs"
        return self

    @property
    def outcomes(self) -> Counter[tuple[str, str]]:
        self._lines = [*getattr(self, "_lines", []), *self.recorder.flush()]
        counts: Counter[tuple[str, str]] = Counter()
        for line in self._lines:
            if line["type"] == "requests":
                counts[str(line["name"]), str(line["outcome"])] += int(str(line["requests"]))
        return counts

    @property
    def texts(self) -> list[str]:
        self.outcomes  # noqa: B018 - collects the lines
        return [str(line["text"]) for line in self._lines if line["type"] == "failure"]

    def close(self) -> None:
        self.machine.end()


class Play:
    """Make servers and scenes, and close them all in the end."""

    answering = staticmethod(answering)
    answer = staticmethod(answer)
    read_request = staticmethod(read_request)

    def __init__(self) -> None:
        self._opened: list[Any] = []

    def serve(self, *scripts: Script) -> Server:
        server = Server(*scripts)
        self._opened.append(server)
        return server

    def __call__(self, *scripts: Script, flow: list[Any] | None = None, **options: Any) -> Scene:
        return self.at(self.serve(*scripts).url, flow, **options)

    def at(self, url: str, flow: list[Any] | None = None, **options: Any) -> Scene:
        scene = Scene(url, flow or [{"path": "/"}], **options)
        self._opened.append(scene)
        return scene

    def close(self) -> None:
        for one in reversed(self._opened):
            one.close()


@pytest.fixture
def play() -> Iterator[Play]:
    opened = Play()
    yield opened
    opened.close()


def body_of(request: bytes) -> Any:
    return json.loads(request.partition(b"\r\n\r\n")[2])
