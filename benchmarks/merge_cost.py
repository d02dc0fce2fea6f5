"""What a master pays for each worker and second: `python -m benchmarks.merge_cost`.

A process sends the lines of worker-seconds, as workers do, as fast as it can, over the sealed
socket; this one receives them, enters them in a ledger and appends them to a file, as masters do.
CPU time is that of the whole process: ZeroMQ decrypts in a thread of its own. The analysis of the
same lines is timed after that. Printed as JSON, and by `--out FILE` kept.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import locust  # noqa: F401 - first of all: it patches the standard library for gevent
import numpy as np
from hdrh.histogram import HdrHistogram
from pydantic import TypeAdapter

from bench.load.distributed.keys import derive_keys
from bench.load.distributed.ledger import Ledger
from bench.load.distributed.line_file import LineFile
from bench.load.distributed.sealed_sockets import SealedClient, SealedServer, make_message
from bench.load.recording.histograms import DIGITS, HIGHEST_US, LOWEST_US, HistogramEncoder
from bench.model.slices import SliceLine

TOKEN: Final = "of the merge benchmark"  # noqa: S105 - it guards nothing
ROUNDS: Final = 5


def main() -> None:
    """Measure with few and with many request names, and print the medians of the rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=500, help="worker-seconds in a round")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--send", type=int, nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.send:
        _send(*given.send)
        return
    results = [_measure(names, given.seconds) for names in (1, 5, 20)]
    text = json.dumps(results, indent=1)
    print(text)
    if given.out:
        given.out.write_text(text + "\n")


def make_worker_second(names: int) -> bytes:
    """Return the lines that a worker sends each second: open model, 10,000 requests in it."""
    source = np.random.default_rng(names)
    encoder = HistogramEncoder()
    lags = encoder.encode(np.abs(source.normal(0.0002, 0.0001, 100)))
    lines: list[dict[str, Any]] = [_own_line(lags), _schedule_line()]
    for number in range(names):
        count = 10_000 // names
        response = encoder.encode(source.lognormal(-5, 0.5, count))
        service = encoder.encode(source.lognormal(-5, 0.5, count))
        lines.append(_request_line(f"GET /route/{number}", count, response, service))
    return b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines)


def _measure(names: int, seconds: int) -> dict[str, Any]:
    rounds = [_receive(names, seconds) for _ in range(ROUNDS)]
    text = make_worker_second(names)
    return {
        "request_names": names,
        "lines_per_worker_second": text.count(b"\n"),
        "bytes_per_worker_second": len(text),
        "master_cpu_s_per_worker_second": _spread(rounds),
        "analysis_cpu_s_per_worker_second": _spread(_analyse(text) for _ in range(ROUNDS)),
    }


def _spread(seconds: Iterable[float]) -> dict[str, float]:
    low, *_, high = ordered = sorted(seconds)
    return {"median": ordered[len(ordered) // 2], "low": low, "high": high}


def _receive(names: int, seconds: int) -> float:
    """Return the CPU seconds that one worker-second costs a master."""
    server = SealedServer(derive_keys(TOKEN), "127.0.0.1", 0)
    command = ["-m", "benchmarks.merge_cost", "--send", str(server.port), str(names), str(seconds)]
    sender = subprocess.Popen([sys.executable, *command])
    with tempfile.TemporaryDirectory() as folder:
        file, ledger = LineFile(Path(folder) / "slices.jsonl"), Ledger()
        began_s = 0.0
        for number in range(seconds + 1):
            _, message = server.recv_from_client()
            if number == 0:
                began_s = time.process_time()  # the first is not counted: it waits for the sender
                continue
            ledger.add(message.data["text"])
            file.append(message.data["text"])
        spent_s = time.process_time() - began_s
        file.close()
    sender.wait()
    server.close()
    return spent_s / seconds


def _send(port: int, names: int, seconds: int) -> None:
    text = make_worker_second(names)
    client = SealedClient(derive_keys(TOKEN), "127.0.0.1", port, f"worker-{random.random()}")
    for _ in range(seconds + 1):
        message: Any = make_message("pairbench.slices", {"text": text, "sent_s": 0.0}, "worker")
        client.socket.send(message.serialize())
    client.close(linger=60_000)


def _analyse(text: bytes) -> float:
    """Return the CPU seconds that reading a worker-second's lines and adding them costs."""
    read = TypeAdapter(SliceLine).validate_json
    total = HdrHistogram(LOWEST_US, HIGHEST_US, DIGITS)
    began_s = time.process_time()
    for line in text.splitlines():
        record = read(line)
        for name in ("response_us", "service_us", "loop_lag_us"):
            encoded = getattr(record, name, None)
            if encoded is not None:
                total.add(HdrHistogram.decode(encoded))
    return time.process_time() - began_s


def _own_line(lags: str | None) -> dict[str, Any]:
    return {
        "type": "generator",
        "step": 0,
        "phase": "window",
        "slice": 1,
        "worker": 1,
        "loop_lag_us": lags,
        "cpu_s": 0.5,
        "core_wait_s": 0.01,
        "in_flight": 64,
        "think_s": 0.0,
        "reconnects": 0,
    }


def _schedule_line() -> dict[str, Any]:
    return {
        "type": "schedule",
        "step": 0,
        "phase": "window",
        "slice": 1,
        "worker": 1,
        "group": "users",
        "scheduled": 10_000,
        "late": 3,
        "dropped": 0,
    }


def _request_line(
    name: str, count: int, response_us: str | None, service_us: str | None
) -> dict[str, Any]:
    return {
        "type": "requests",
        "step": 0,
        "phase": "window",
        "slice": 1,
        "arm": None,
        "worker": 1,
        "group": "users",
        "name": name,
        "outcome": "ok",
        "requests": count,
        "completed": count,
        "bytes_received": count * 200,
        "response_us": response_us,
        "service_us": service_us,
    }


if __name__ == "__main__":
    main()
