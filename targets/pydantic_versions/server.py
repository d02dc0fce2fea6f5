"""Validate, read and write the same records, with whichever pydantic this interpreter has.

It imports nothing but the standard library and pydantic, as the environment of pydantic 1 has
nothing else. `POST /work` does each of the three once and observes how long it took; `GET /ping`
answers at once. The stratum `payload` says what the records are like.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pydantic

IS_NEW = pydantic.VERSION.startswith("2.")


class Flat(pydantic.BaseModel):
    """Ten fields side by side."""

    id: int
    name: str
    email: str
    age: int
    score: float
    active: bool
    city: str
    street: str
    zip_code: str
    note: str


class Line(pydantic.BaseModel):
    """One of fifty."""

    product: int
    amount: int
    price: float


class Nested(pydantic.BaseModel):
    """Three lists of fifty."""

    id: int
    first: list[Line]
    second: list[Line]
    third: list[Line]


class Many(pydantic.BaseModel):
    """A thousand records in one."""

    records: list[Flat]


def flat(number: int) -> dict[str, Any]:
    """Make a record."""
    return {
        "id": number,
        "name": "Ada Lovelace",
        "email": "ada@example.org",
        "age": 36,
        "score": 9.5,
        "active": True,
        "city": "London",
        "street": "St James's Square",
        "zip_code": "SW1Y",
        "note": "the first",
    }


def lines() -> list[dict[str, Any]]:
    """Make fifty lines."""
    return [{"product": number, "amount": 2, "price": 1.5} for number in range(50)]


PAYLOADS = {
    "flat": (Flat, flat(1), 1000),
    "nested": (Nested, {"id": 1, "first": lines(), "second": lines(), "third": lines()}, 20),
    "many": (Many, {"records": [flat(number) for number in range(1000)]}, 2),
}
MODEL: Any
MODEL, DOCUMENT, TIMES = PAYLOADS[os.environ["STRATUM_PAYLOAD"]]
TEXT = json.dumps(DOCUMENT)
VALIDATE = MODEL.model_validate if IS_NEW else MODEL.parse_obj
READ = MODEL.model_validate_json if IS_NEW else MODEL.parse_raw
RECORD = VALIDATE(DOCUMENT)
WRITE = RECORD.model_dump_json if IS_NEW else RECORD.json


def time_each(work: Callable[[], object]) -> float:
    """Return the seconds that one call takes, over many."""
    began = time.perf_counter()
    for _ in range(TIMES):
        work()
    return (time.perf_counter() - began) / TIMES


def observe(numbers: dict[str, float]) -> None:
    """Append numbers to the harness's file, if there is one."""
    path = os.environ.get("PAIRBENCH_OBSERVATIONS")
    if not path:
        return
    now_s = time.monotonic()
    with Path(path).open("a") as file:
        for name, value in numbers.items():
            line = {"t_s": now_s, "name": name, "value": value, "unit": "s"}
            file.write(json.dumps(line) + "\n")


class Handler(BaseHTTPRequestHandler):
    """Works, and answers that it has."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer at once."""
        self.answer(b'{"ping":"pong"}')

    def do_POST(self) -> None:
        """Do all three, and observe each."""
        observe(
            {
                "validate": time_each(lambda: VALIDATE(DOCUMENT)),
                "parse": time_each(lambda: READ(TEXT)),
                "dump": time_each(WRITE),
            }
        )
        self.answer(b'{"done":true}')

    def answer(self, body: bytes) -> None:
        """Send a body."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Keep silent."""


class Server(ThreadingHTTPServer):
    """With a backlog like the other servers'."""

    request_queue_size = 2048
    daemon_threads = True


if __name__ == "__main__":
    server = Server((sys.argv[1], int(sys.argv[2])), Handler)
    signal.signal(
        signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown, daemon=True).start()
    )
    server.serve_forever()
