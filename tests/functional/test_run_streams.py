"""Streams against real servers: one that behaves, and one that does what its paths say."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hdrh.histogram import HdrHistogram

STREAMS = Path(__file__).parents[1] / "load" / "streams"
PATIENCE_S = 60.0
MANY = 2000


class Held:
    """What was recorded while streams were held."""

    def __init__(self, result: dict[str, Any]) -> None:
        self.result = result
        self.lines = [line for line in result["lines"] if line["type"] == "stream"]
        self.outcomes = Counter[str]()
        for line in result["lines"]:
            if line["type"] == "requests":
                self.outcomes[line["outcome"]] += line["requests"]
        self.texts = [line["text"] for line in result["lines"] if line["type"] == "failure"]

    def total(self, field: str) -> int:
        return sum(line[field] for line in self.lines)

    def merged(self, field: str) -> HdrHistogram:
        histogram = HdrHistogram(1, 3_600_000_000, 3)
        for line in self.lines:
            if line[field] is not None:
                histogram.decode_and_add(line[field])
        return histogram

    @property
    def most_open(self) -> int:
        by_slice: Counter[int] = Counter()
        for line in self.lines:
            by_slice[line["slice"]] += line["open"]
        return max(by_slice.values())

    @property
    def left_nothing(self) -> bool:
        """Whether all users went by themselves, and no file descriptor stayed open."""
        result = self.result
        return (
            result["polite"]
            and result["fds_after"] == result["fds_before"]
            and self.lines[-1]["open"] == 0
            and result["in_flight"] == 0
        )


Bench = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]


def serve(script: str) -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, str(STREAMS / script)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.kill()


@pytest.fixture(scope="module")
def scripted() -> Iterator[str]:
    yield from serve("scripted_server.py")


@pytest.fixture(scope="module")
def uvicorn() -> Iterator[str]:
    yield from serve("streaming_app.py")


def run(host: str, order: dict[str, Any], plan: dict[str, Any]) -> Any:
    argument = json.dumps({"host": host, **order, "plan": {"name": "s", **plan}})
    done = subprocess.run(
        [sys.executable, str(STREAMS / "hold_streams.py"), argument],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return json.loads(done.stdout)


def hold(host: str, path: str, order: dict[str, Any] | None = None, **plan: Any) -> Held:
    protocol = "sse" if path.startswith("/sse") else "websocket"
    return Held(run(host, order or {}, {"protocol": protocol, "path": path, **plan}))


def get(url: str) -> Any:
    with urllib.request.urlopen(url) as response:
        return json.load(response)


def seen(host: str, path: str) -> list[dict[str, Any]]:
    """Return what a client said to a path of the scripted server."""
    return [one for one in get(f"{host}/seen") if one["path"] == path]


BOTH = pytest.mark.parametrize("kind", ["ws", "sse", "sse/chunked-"])


def path_of(kind: str, what: str) -> str:
    return f"/{kind}{what}" if kind.endswith("-") else f"/{kind}/{what}"


@BOTH
@pytest.mark.parametrize(
    ("numbers", "lost", "duplicated", "reordered"),
    [
        ("5,6,7,8", 0, 0, 0),
        ("1,2,4,3,3,7", 2, 1, 1),
        ("3,1,1,9,8,4", 4, 1, 3),
    ],
)
def test_what_the_server_left_out_sent_twice_and_swapped_is_counted_exactly(
    scripted: str, kind: str, numbers: str, lost: int, duplicated: int, reordered: int
) -> None:
    order = {"users": 7, "seconds": 0.5}
    held = hold(scripted, path_of(kind, f"numbers/{numbers}"), order, sequence="$.n")
    assert held.outcomes == {"ok": 7}
    assert held.total("events") == 7 * len(numbers.split(","))
    assert held.total("lost") == 7 * lost
    assert held.total("duplicated") == 7 * duplicated
    assert held.total("reordered") == 7 * reordered
    assert held.most_open == 7
    assert held.left_nothing


@BOTH
@pytest.mark.parametrize(("clock", "name"), [("monotonic", "monotonic"), ("wall", "time")])
def test_the_delivery_delay_is_what_the_stamps_say(
    scripted: str, kind: str, clock: str, name: str
) -> None:
    order = {"users": 3, "seconds": 1.0}
    path = path_of(kind, f"shift/250/{name}")
    held = hold(scripted, path, order, stamp="$.meta[0].sent", clock=clock)
    assert held.outcomes == {"ok": 3}
    delays = held.merged("delivery_us")
    assert delays.total_count == held.total("events") == 60
    assert delays.get_min_value() >= 249_500
    assert delays.get_value_at_percentile(50) <= 300_000
    assert held.merged("gap_us").total_count == 57
    assert held.merged("first_event_us").total_count == 3


def test_a_stamp_of_another_clock_is_a_failure_and_no_delay(scripted: str) -> None:
    held = hold(scripted, "/ws/shift/0/time", stamp="$.meta[0].sent", clock="monotonic")
    assert held.outcomes == {"ok": 1, "bad-event": 18}
    assert held.merged("delivery_us").total_count == 0
    assert "monotonic clock" in held.texts[0]


@pytest.mark.parametrize(
    ("path", "outcome", "text"),
    [
        ("/ws/never", "timeout", "not open after 0.3 s"),
        ("/ws/garbage", "bad-response", "SSH-2.0"),
        ("/ws/refuse", "http-403", "status 403"),
        ("/ws/refuse-until-close", "http-503", "status 503"),
        ("/ws/hang-up", "connection-reset", "before the handshake was over"),
        ("/ws/wrong-accept", "bad-response", "Sec-WebSocket-Accept"),
        ("/ws/extension", "bad-response", "extension"),
        ("/sse/html", "bad-response", "text/html"),
        ("/sse/gzip", "bad-response", "gzip"),
        ("/sse/busy", "http-503", "status 503"),
        ("/sse/garbage", "bad-response", "HTTP"),
        ("/sse/hang-up", "connection-reset", "without an answer"),
    ],
)
def test_a_stream_that_is_not_opened_is_a_failure_and_tried_again(
    scripted: str, path: str, outcome: str, text: str
) -> None:
    held = hold(scripted, path, {"users": 3, "seconds": 0.6, "timeout_s": 0.3})
    assert set(held.outcomes) == {outcome}
    assert held.outcomes[outcome] >= 3
    assert held.result["reconnects"] in range(3, held.outcomes[outcome] + 1)
    assert all(text in each for each in held.texts)
    assert held.most_open == 0
    assert held.left_nothing


@pytest.mark.parametrize(
    ("path", "outcome", "text"),
    [
        ("/ws/midframe", "stream-closed", "stream ends after 4 bytes"),
        ("/ws/going-away", "stream-closed", "1001 restart"),
        ("/ws/leave/1,2", "stream-closed", "without a close frame"),
        ("/ws/reset", "connection-reset", "reset"),
        ("/ws/bad-frames", "bad-response", "opcode"),
        ("/ws/masked", "bad-response", "masking"),
        ("/ws/not-utf-8", "bad-response", "UTF-8"),
        ("/ws/too-long", "bad-response", "exceeds limit"),
        ("/ws/silent", "stream-silent", "no event for 0.3 s"),
        ("/sse/leave/1,2", "stream-closed", "closed the connection"),
        ("/sse/chunked-leave/1,2", "stream-closed", "ended the stream"),
        ("/sse/bad-chunk", "bad-response", "chunk"),
        ("/sse/numbers/1", "stream-silent", "no event for 0.3 s"),
    ],
)
def test_a_stream_that_ends_too_soon_is_a_failure_and_opened_anew(
    scripted: str, path: str, outcome: str, text: str
) -> None:
    held = hold(scripted, path, {"users": 3, "seconds": 0.6}, silence=0.3)
    assert set(held.outcomes) == {"ok", outcome}
    assert held.outcomes[outcome] >= 3
    assert held.outcomes["ok"] - held.outcomes[outcome] in range(4)
    assert held.result["reconnects"] in range(3, held.outcomes[outcome] + 1)
    assert all(text in each for each in held.texts)
    assert held.left_nothing


def test_a_stream_that_was_lost_is_opened_again_and_again(scripted: str) -> None:
    held = hold(scripted, "/ws/leave/1,2", {"users": 5, "seconds": 3.0}, sequence="$.n")
    assert held.outcomes["ok"] >= 10  # after a second at most each
    assert held.total("events") == 2 * held.outcomes["ok"]
    assert held.total("duplicated") == 0  # each connection has numbers of its own
    assert held.left_nothing


def test_nobody_listening_is_a_refused_connection(unused_port: int) -> None:
    held = hold(f"http://127.0.0.1:{unused_port}", "/ws", {"seconds": 0.3})
    assert set(held.outcomes) == {"connection-refused"}
    assert held.left_nothing


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_an_event_stream_is_taken_up_where_it_broke_off(scripted: str) -> None:
    hold(scripted, "/sse/retry", {"seconds": 1.5})
    first, *others = [one["headers"] for one in seen(scripted, "/sse/retry")]
    assert "last-event-id" not in first
    assert {each["last-event-id"] for each in others} == {"seven"}


def test_pings_are_answered_and_fragments_are_one_message(scripted: str) -> None:
    assert hold(scripted, "/ws/ping", {"seconds": 0.3}).total("events") == 0
    pongs = [one for one in seen(scripted, "/ws/ping") if one.get("opcode") == 10]
    assert [bytes.fromhex(one["data"]) for one in pongs] == [b"are you there"]
    held = hold(scripted, "/ws/fragments", {"seconds": 0.5}, sequence="$.n")
    assert (held.total("events"), held.outcomes) == (1, {"ok": 1})


def test_a_message_is_sent_once_open_and_again_as_often_as_asked(scripted: str) -> None:
    began_s = time.monotonic()
    held = hold(scripted, "/ws/echo", {"seconds": 0.75}, send="héllo", send_every=0.2)
    took_s = time.monotonic() - began_s
    said = [one for one in seen(scripted, "/ws/echo") if one.get("opcode") == 1]
    assert {bytes.fromhex(one["data"]).decode() for one in said} == {"héllo"}
    assert 2 <= len(said) <= 1 + took_s / 0.2
    assert held.total("events") == len(said)


@pytest.mark.parametrize("kind", ["ws", "sse"])
def test_a_stream_that_was_held_long_enough_is_closed_and_opened_anew(
    uvicorn: str, kind: str
) -> None:
    held = hold(uvicorn, f"/{kind}?every=20", {"seconds": 1.5}, hold=0.25, sequence="$.n")
    assert set(held.outcomes) == {"ok"}
    assert held.outcomes["ok"] >= 3
    assert held.merged("first_event_us").total_count == held.outcomes["ok"]
    assert (held.total("lost"), held.total("duplicated")) == (0, 0)
    assert held.result["reconnects"] == 0
    assert held.left_nothing


@pytest.mark.parametrize("kind", ["ws", "sse"])
def test_in_the_open_model_each_ticket_holds_a_stream_once(uvicorn: str, kind: str) -> None:
    order = {"users": 3, "seconds": 1.5, "rounds": 2}
    held = hold(uvicorn, f"/{kind}?every=20", order, hold=0.2)
    assert held.outcomes == {"ok": 6}
    assert held.most_open <= 3
    assert held.left_nothing


def test_a_hook_that_raises_or_blocks_is_a_failed_check_and_the_stream_goes_on(
    scripted: str,
) -> None:
    held = hold(scripted, "/ws/numbers/1,2,3,4", {"hook": "fail", "seconds": 0.4})
    assert held.outcomes == {"ok": 1, "check-failed": 2}
    assert held.texts == ["AssertionError: even"]
    assert held.total("events") == 4
    held = hold(scripted, "/ws/numbers/1,2,3,4", {"hook": "block", "seconds": 0.4})
    assert held.outcomes == {"ok": 1, "check-failed": 4}
    assert "BlockingSwitchOutError" in held.texts[0]


def test_streams_are_closed_with_code_1000_at_the_end(uvicorn: str) -> None:
    held = hold(uvicorn, "/quiet", {"users": 20, "seconds": 0.5})
    assert held.left_nothing
    assert get(f"{uvicorn}/close-codes") == [1000] * 20


def test_a_server_that_does_not_answer_a_close_is_left_all_the_same(scripted: str) -> None:
    held = hold(scripted, "/ws/deaf", {"users": 3, "seconds": 0.3})
    assert held.outcomes == {"ok": 3}
    assert held.left_nothing
    closes = [one for one in seen(scripted, "/ws/deaf") if one.get("opcode") == 8]
    assert len(closes) == 3


def test_a_stream_that_is_not_open_yet_at_the_end_is_let_go(scripted: str) -> None:
    began_s = time.monotonic()
    held = hold(scripted, "/ws/never", {"users": 3, "seconds": 0.3, "timeout_s": 30})
    assert time.monotonic() - began_s < 20  # the patience of a stop is 5 s
    assert not held.result["polite"]
    assert held.result["fds_after"] == held.result["fds_before"]


@pytest.mark.skipif(
    resource.getrlimit(resource.RLIMIT_NOFILE)[1] < MANY + 200,
    reason=f"needs a limit of {MANY + 200} file descriptors",
)
@pytest.mark.parametrize("kind", ["ws", "sse"])
def test_thousands_of_streams_are_held_by_one_process(uvicorn: str, kind: str) -> None:
    order = {"users": MANY, "seconds": 6, "spread_s": 2, "timeout_s": 20, "patience_s": 20}
    path = f"/{kind}?every=1500"
    held = hold(uvicorn, path, order, sequence="$.n", stamp="$.sent")
    assert held.outcomes == {"ok": MANY}
    assert held.most_open == MANY
    assert held.merged("first_event_us").total_count == MANY
    assert held.merged("delivery_us").total_count == held.total("events")
    assert (held.total("lost"), held.total("duplicated"), held.total("reordered")) == (0, 0, 0)
    grown = held.result["rss"] - held.result["rss_before"]
    assert grown / MANY < 20_000  # bytes for each stream
    assert held.left_nothing


@pytest.mark.parametrize(("kind", "status"), [("ws", 101), ("sse", 200)])
def test_a_probe_shows_the_handshake_without_what_differs_each_time(
    uvicorn: str, kind: str, status: int
) -> None:
    protocol = "sse" if kind == "sse" else "websocket"
    plan = {"protocol": protocol, "path": f"/{kind}?every=20"}
    answer = run(uvicorn, {"hook": "probe"}, plan)
    assert (answer["status"], answer["error"], answer["body_base64"]) == (status, None, "")
    names = {name.lower() for name, _ in answer["headers"]}
    assert names
    assert not names & {"date", "sec-websocket-accept"}


def test_a_probe_of_what_opens_no_stream_says_why(scripted: str) -> None:
    plan = {"protocol": "websocket", "path": "/ws/garbage"}
    answer = run(scripted, {"hook": "probe"}, plan)
    assert answer["status"] is None
    assert re.search("SSH-2.0", answer["error"])


EXPERIMENT = """
title = "A feed"
window = "2s"
repetitions = 1
ready = "/close-codes"
[stream]
protocol = "websocket"
path = "/ws?every=50"
name = "feed"
sequence = "$.n"
stamp = "$.sent"
{hold}
[load]
{load}
[variants.one]
command = ["{python}", "{script}", "{port}"]
"""


def test_an_experiment_with_a_stream_ends_in_numbers_of_it(bench: Bench, write: Write) -> None:
    document = run_experiment(bench, write, load="users = [20]")
    of_all = next(step for step in document["steps"] if step["name"] is None)
    seen_of = of_all["observations"]
    assert of_all["errors"] == {}
    assert seen_of["stream_open"]["max"] == 20
    assert seen_of["stream_events"]["median"] == pytest.approx(400, rel=0.1)
    assert seen_of["stream_connect"]["n"] == seen_of["stream_first_event"]["n"] == 20
    assert 0 < seen_of["stream_delivery_delay"]["median"] < 0.1
    assert seen_of["stream_lost"]["median"] == 0


def test_a_spawn_rate_spreads_the_openings(bench: Bench, write: Write, tmp_path: Path) -> None:
    document = run_experiment(bench, write, load="users = [20]\nspawn_rate = 10")
    (trial,) = (tmp_path / "results").glob("*/trials/*/trial.json")
    (step,) = json.loads(trial.read_text())["trial"]["steps"]
    # two seconds of starting, then one of the pilot at least
    assert step["times"]["opens_at_s"] - step["times"]["started_s"] >= 3
    slices = map(json.loads, (trial.parent / "slices.jsonl").read_text().splitlines())
    opened = next(one["open"] for one in slices if one["type"] == "stream" and one["slice"] == 0)
    assert 3 <= opened <= 17  # ten, on average
    of_all = next(step for step in document["steps"] if step["name"] is None)
    assert of_all["observations"]["stream_open"]["median"] == 20


def test_streams_are_opened_at_a_rate_and_held(bench: Bench, write: Write) -> None:
    document = run_experiment(bench, write, load="rate = [20]", hold='hold = "300ms"')
    of_all = next(step for step in document["steps"] if step["name"] is None)
    assert of_all["errors"] == {}
    assert of_all["requests"] == pytest.approx(40, abs=1)
    assert of_all["observations"]["stream_open"]["max"] <= 12


def test_streams_at_a_rate_that_are_never_closed_are_refused(bench: Bench, write: Write) -> None:
    done = bench("run", str(write_experiment(write, load="rate = [20]", hold="")))
    assert done.returncode == 2
    assert "has no hold" in done.stderr


def run_experiment(bench: Bench, write: Write, *, load: str, hold: str = "") -> dict[str, Any]:
    done = bench("run", str(write_experiment(write, load=load, hold=hold)), "--json")
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def write_experiment(write: Write, *, load: str, hold: str) -> Path:
    text = EXPERIMENT.replace("{load}", load).replace("{hold}", hold)
    return write("feed.toml", text.replace("{script}", str(STREAMS / "streaming_app.py")))
