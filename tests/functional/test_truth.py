"""What is measured is what the schedule and the server's own stamps say."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from hdrh.histogram import HdrHistogram

SERVER = Path(__file__).parent / "known_delays.py"
RATE_PER_S = 300
PERCENTILES = (50.0, 90.0, 95.0, 99.0, 99.9)
Launch = Callable[..., Any]
StartServer = Callable[[], str]


@pytest.fixture
def start_server() -> Iterator[StartServer]:
    """Return a starter of servers, each with its own stamps."""
    with ExitStack() as stack:

        def start() -> str:
            process = stack.enter_context(
                subprocess.Popen([sys.executable, str(SERVER)], stdout=subprocess.PIPE)
            )
            stack.callback(process.kill)
            assert process.stdout is not None
            return f"http://127.0.0.1:{int(process.stdout.readline())}"

        yield start


def merged(encoded: list[str | None]) -> HdrHistogram:
    histogram = HdrHistogram(1, 3_600_000_000, 3)
    for one in encoded:
        if one is not None:
            histogram.decode_and_add(one)
    return histogram


class Measured:
    """Response times of a window, and when it was."""

    def __init__(self, generator: Any, window_s: float) -> None:
        self.response = merged([one.response_us for one in generator.requests()])
        self.opens_s = generator.opens_s
        self.closes_s = generator.opens_s + window_s
        generator.slices_path.unlink()


def measure(
    launch: Launch, url: str, kind: str, load: dict[str, float], window_s: float
) -> Measured:
    """Run a step whose requests are numbered as they are due."""
    generator = launch(
        host=url,
        values={"n": {"count_from": 0}},
        flow=[{"path": f"/{kind}/${{n}}", "name": kind, "status": 200}],
    )
    generator.hear("ready")
    generator.drive(load, window_s=window_s)
    assert generator.quit() == 0
    return Measured(generator, window_s)


def truth(url: str, opens_s: float, closes_s: float) -> list[float]:
    """Return response times from the schedule's intended sends to the server's answers, sorted.

    Request N was due N / rate after the first. The first one's own moment is the least by which any
    receipt is later than that.
    """
    with urllib.request.urlopen(f"{url}/stamps", timeout=10) as response:
        stamps = {int(number): times for number, times in json.load(response).items()}
    first_s = min(began_s - number / RATE_PER_S for number, (began_s, _) in stamps.items())
    due_s = {number: first_s + number / RATE_PER_S for number in stamps}
    return sorted(
        answered_s - due_s[number]
        for number, (_, answered_s) in stamps.items()
        if opens_s <= due_s[number] < closes_s
    )


def differences(measured: HdrHistogram, true_s: list[float]) -> dict[float, tuple[float, float]]:
    """Return percentiles that are neither within 1 % nor within 1 ms of the truth.

    At an edge of the window a request may be counted in by one and out by the other, so the truth
    of a percentile lies between those of the ranks beside it.
    """
    found = {}
    for percentile in PERCENTILES:
        seen_s = measured.get_value_at_percentile(percentile) / 1e6
        rank = ceil(percentile / 100 * len(true_s)) - 1
        low_s, high_s = true_s[max(rank - 1, 0)], true_s[min(rank + 1, len(true_s) - 1)]
        allowed_s = max(0.001, 0.01 * true_s[rank])
        if not low_s - allowed_s <= seen_s <= high_s + allowed_s:
            found[percentile] = seen_s, true_s[rank]
    return found


def compare(launch: Launch, url: str, kind: str) -> dict[float, tuple[float, float]]:
    window_s = 10.0 if kind == "stalling" else 5.0
    measured = measure(launch, url, kind, {"rate": RATE_PER_S}, window_s)
    true_s = truth(url, measured.opens_s, measured.closes_s)
    assert abs(measured.response.total_count - len(true_s)) <= 1
    assert measured.response.total_count == pytest.approx(RATE_PER_S * window_s, abs=1)
    return differences(measured.response, true_s)


@pytest.mark.parametrize("kind", ["constant", "bimodal", "stalling"])
def test_percentiles_in_the_open_model_are_those_of_the_schedule_and_the_stamps(
    launch: Launch, start_server: StartServer, kind: str
) -> None:
    # Once more, where something else had the core: the server stamps before the kernel hands over.
    assert not compare(launch, start_server(), kind) or not compare(launch, start_server(), kind)


def test_a_closed_model_hides_the_stall_that_an_open_one_shows(
    launch: Launch, start_server: StartServer
) -> None:
    shown = measure(launch, start_server(), "stalling", {"rate": RATE_PER_S}, 10.0).response
    hidden = measure(launch, start_server(), "stalling", {"users": 6}, 10.0).response
    # A second in ten stands still: of the schedule's requests a tenth, of six users' six.
    assert shown.get_value_at_percentile(95) > 300_000
    assert hidden.get_max_value() > 900_000
    assert hidden.get_value_at_percentile(99) < 100_000
