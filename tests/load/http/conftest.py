"""Servers in threads, whose every connection runs a script, and clients of them."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from types import SimpleNamespace
from typing import Any

import pytest

from bench.load.http.client import Endpoint, HttpClient
from bench.load.http.client_options import ClientOptions
from bench.load.http.response import Response

Script = Callable[[socket.socket, int], None]


class Server:
    """Run a script with each connection and its number, one after the other.

    Args:
        tls: how connections speak TLS; None: they don't.
    """

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self._script = script
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._connections: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        for connection in self._connections:
            connection.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            try:
                if self._tls is not None:
                    connection = self._tls.wrap_socket(connection, server_side=True)
                    self._connections[-1] = connection
                self._script(connection, len(self._connections))
            except OSError:
                continue


class Log:
    """A fake of what wants to know of requests."""

    def __init__(self) -> None:
        self.ended: list[Response] = []
        self.reconnects = 0

    def begin(self, name: str) -> Any:
        return SimpleNamespace(sent_s=perf_counter(), name=name)

    def end(self, request: Any, response: Response) -> None:
        self.ended.append(response)

    def reconnected(self) -> None:
        self.reconnects += 1

    @property
    def outcomes(self) -> list[str]:
        return [response.outcome for response in self.ended]


class Play:
    """Make servers and their clients, and close them all in the end."""

    def __init__(self) -> None:
        self._opened: list[Any] = []

    def __call__(
        self,
        script: Script,
        connections: str = "keep-alive",
        *,
        tls: ssl.SSLContext | None = None,
        options: ClientOptions | None = None,
        **limits: Any,
    ) -> SimpleNamespace:
        server = Server(script, tls)
        self._opened.append(server)
        client, log = self.client_of(server.url, connections=connections, options=options, **limits)
        return SimpleNamespace(server=server, client=client, log=log)

    def client_of(
        self,
        url: str,
        *,
        connections: Any = "keep-alive",
        options: ClientOptions | None = None,
        **limits: Any,
    ) -> tuple[HttpClient, Log]:
        log = Log()
        endpoint = Endpoint.at(url, connections=connections, **{"timeout_s": 5.0} | limits)
        client = HttpClient(endpoint, log, options=options or ClientOptions())
        self._opened.append(client)
        return client, log

    @staticmethod
    def answering(*answers: bytes, seen: list[bytes] | None = None) -> Script:
        """On each connection, give these answers to as many requests, piece by piece."""

        def script(connection: socket.socket, _: int) -> None:
            for answer in answers:
                request = connection.recv(65_536)
                if not request:
                    return
                if seen is not None:
                    seen.append(request)
                half = len(answer) // 2
                connection.sendall(answer[:half])
                connection.sendall(answer[half:])

        return script

    def close(self) -> None:
        for one in reversed(self._opened):
            one.close()


@pytest.fixture
def play() -> Iterator[Play]:
    player = Play()
    yield player
    player.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a key and a certificate for 127.0.0.1, signed by itself."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which would make a certificate, is not installed")
    folder = tmp_path_factory.mktemp("certificate")
    key, certificate, both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    both.write_text(key.read_text() + certificate.read_text())
    return both


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
