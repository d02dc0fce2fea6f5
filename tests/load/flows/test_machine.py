"""Flows on real sockets: rounds, values, checks, and servers that misbehave."""

from __future__ import annotations

import errno
import json
import socket
import struct
import time
from typing import Any

import pytest

from bench.load.flows.checks import Request
from bench.load.flows.wire import Wire

RESET = struct.pack("ii", 1, 0)


def paths(seen: list[bytes]) -> list[str]:
    return [request.split(b" ")[1].decode() for request in seen]


def test_requests_are_sent_in_order_again_and_again_on_one_connection(play: Any) -> None:
    seen: list[bytes] = []
    server = play.serve(play.answering(play.answer(), seen=seen))
    scene = play.at(server.url, [{"path": "/a"}, {"path": "/b"}]).run(3)
    assert paths(seen)[:6] == ["/a", "/b"] * 3
    assert server.accepted == 1
    assert set(scene.outcomes) == {("GET /a", "ok"), ("GET /b", "ok")}


@pytest.mark.parametrize("rounds_follow", [True, False])
def test_every_answer_is_counted_whether_it_was_known_or_not(
    play: Any, rounds_follow: bool
) -> None:
    seen: list[bytes] = []
    scene = play(play.answering(play.answer(), seen=seen), rounds_follow=rounds_follow)
    scene.run(1)
    scene.machine.leave()
    while scene.machine.open_request() is not None:
        scene._done.clear()
        scene._done.wait(timeout=1)
    assert sum(scene.outcomes.values()) == len(seen)


def test_a_known_answer_is_not_parsed_again_and_an_unknown_one_is(play: Any) -> None:
    answers = [play.answer()] * 5 + [play.answer("other", status=503)]
    scene = play(play.answering(*answers))
    scene.run(5)
    page = scene.book.pages[0]
    assert page.remembered.uses == 4
    scene.run(2)
    assert page.remembered.uses == 4
    assert scene.outcomes["GET /", "http-503"] == 2


def test_answers_that_differ_each_time_are_soon_not_remembered(play: Any) -> None:
    scene = play(play.answering(*(play.answer(str(number)) for number in range(100))))
    scene.run(100)
    assert scene.book.pages[0].known == {}
    assert scene.outcomes["GET /", "ok"] == 100


def test_a_failed_check_is_counted_with_its_text_each_time(play: Any) -> None:
    scene = play(
        play.answering(play.answer('{"state": "new"}')),
        flow=[{"path": "/", "expect": {"json:$.state": "done"}}],
        rounds_follow=False,
    )
    scene.run(3)
    assert scene.outcomes == {("GET /", "check-failed"): 3}
    assert scene.texts == ['json:$.state is "new" instead of "done"']


@pytest.mark.parametrize(
    "check",
    [lambda answer: answer.json()["missing"], lambda answer: False, lambda answer: "not good"],
)
def test_a_check_in_python_fails_by_raising_or_by_what_it_says_and_the_connection_goes_on(
    play: Any, check: Any
) -> None:
    server = play.serve(play.answering(play.answer("{}")))
    scene = play.at(server.url, [Request("/", check=check)])
    scene.run(3)
    assert scene.outcomes == {("GET /", "check-failed"): 3}
    assert server.accepted == 1
    assert scene.texts[0] in (
        "a check raised KeyError: 'missing'",
        "<lambda> said no",
        "not good",
    )


def test_values_are_extracted_and_sent_in_path_headers_and_bodies(play: Any) -> None:
    seen: list[bytes] = []
    script = play.answering(
        play.answer('{"items": [{"id": 7}]}', headers="X-Token: t1\r\n"), play.answer(), seen=seen
    )
    scene = play(
        script,
        flow=[
            {
                "path": "/make",
                "extract": {"id": "json:$.items[0].id", "token": "header:x-token"},
            },
            {
                "path": "/items/${id}",
                "method": "PUT",
                "headers": {"Authorization": "Bearer ${token}"},
                "json": {"id": "${id}", "note": "no. ${id}", "$${id}": 1},
            },
        ],
    )
    scene.run(1)
    assert paths(seen) == ["/make", "/items/7"]
    assert b"Authorization: Bearer t1\r\n" in seen[1]
    body = json.loads(seen[1].partition(b"\r\n\r\n")[2])
    assert body == {"id": 7, "note": "no. 7", "${id}": 1}
    assert scene.outcomes["PUT /items/${id}", "ok"] == 1


def test_a_round_ends_where_a_value_is_missing_and_the_next_one_begins(play: Any) -> None:
    seen: list[bytes] = []
    script = play.answering(play.answer("{}"), play.answer('{"id": 1}'), seen=seen)
    scene = play(
        script,
        flow=[{"path": "/make", "extract": {"id": "json:$.id"}}, {"path": "/use/${id}"}],
        rounds_follow=False,
    )
    scene.run(2)
    assert paths(seen) == ["/make", "/make", "/use/1"]
    assert scene.outcomes["GET /make", "check-failed"] == 1
    assert scene.texts == ["nothing to extract: there is no $.id"]


def test_values_and_choices_follow_the_seed(play: Any) -> None:
    flow = [
        {"path": "/a/${n}", "name": "a", "weight": 1},
        {"path": "/b/${n}", "name": "b", "weight": 3},
        {"path": "/end/${word}", "name": "end"},
    ]
    values = {"n": {"between": [1, 10**9]}, "word": {"choice": ["x", "y"]}}

    def run(seed: int) -> list[str]:
        seen: list[bytes] = []
        scene = play(play.answering(play.answer(), seen=seen), flow=flow, values=values, seed=seed)
        scene.run(40)
        assert scene.outcomes["end", "ok"] == 40
        assert 1 <= scene.outcomes["a", "ok"] < scene.outcomes["b", "ok"]
        return paths(seen)[:80]

    assert run(3) == run(3) != run(4)


def test_head_has_no_body_and_interim_answers_are_skipped(play: Any) -> None:
    script = play.answering(
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + play.answer(),
    )
    scene = play(script, flow=[{"path": "/", "method": "HEAD"}, {"path": "/"}]).run(1)
    assert scene.outcomes == {("HEAD /", "ok"): 1, ("GET /", "ok"): 1}


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_body_is_whole_at_its_head(play: Any, status: int) -> None:
    scene = play(play.answering(f"HTTP/1.1 {status} X\r\n\r\n".encode()))
    assert scene.run(3).outcomes == {("GET /", "ok"): 3}


def test_an_answer_in_pieces_is_put_together(play: Any) -> None:
    def script(connection: socket.socket) -> None:
        while play.read_request(connection):
            for part in (b"HTTP/1.1 200", b" OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab"):
                connection.sendall(part)
                time.sleep(0.01)
            connection.sendall(b"c\r\n0\r\n\r\n")

    scene = play(script, flow=[{"path": "/", "expect": {"body": "abc"}}])
    assert scene.run(2).outcomes == {("GET /", "ok"): 2}


def test_a_body_ends_with_its_connection_where_nothing_else_tells(play: Any) -> None:
    def script(connection: socket.socket) -> None:
        play.read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nall of it")
        connection.close()

    server = play.serve(script)
    scene = play.at(server.url, [{"path": "/", "expect": {"body": "all of it"}}])
    assert scene.run(2).outcomes == {("GET /", "ok"): 2}
    assert server.accepted == 2


def test_connection_close_is_obeyed_from_either_side(play: Any) -> None:
    server = play.serve(play.answering(play.answer(headers="Connection: close\r\n")))
    assert play.at(server.url).run(3).outcomes == {("GET /", "ok"): 3}
    assert server.accepted == 3
    kept = play.serve(play.answering(play.answer()))
    play.at(kept.url, connections="close").run(3)
    assert kept.accepted == 3


def closing(data: bytes) -> Any:
    def script(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(data)
        connection.close()

    return script


@pytest.mark.parametrize(
    ("data", "outcome"),
    [
        (b"this is no HTTP\r\n\r\n", "bad-response"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "connection-reset"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", "bad-response"),
        (b"HTTP/1.1 200 O", "connection-reset"),
        (b"", "connection-reset"),
    ],
)
def test_what_is_no_whole_answer_is_an_error_and_the_flow_goes_on(
    play: Any, data: bytes, outcome: str
) -> None:
    scene = play(closing(data), play.answering(play.answer()))
    assert scene.run(2).outcomes == {("GET /", outcome): 1, ("GET /", "ok"): 1}


def test_a_reset_is_an_error_and_nothing_is_sent_twice(play: Any) -> None:
    seen: list[bytes] = []

    def script(connection: socket.socket) -> None:
        seen.append(play.read_request(connection))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.close()

    scene = play(script)
    assert scene.run(2).outcomes == {("GET /", "connection-reset"): 2}
    assert len(seen) == 2


def test_more_than_was_asked_for_costs_the_connection(play: Any) -> None:
    server = play.serve(play.answering(play.answer() + play.answer("unasked")))
    scene = play.at(server.url)
    assert scene.run(3).outcomes == {("GET /", "ok"): 3}
    assert server.accepted == 3


def test_a_connection_closed_between_requests_is_replaced_and_counted(play: Any) -> None:
    def script(connection: socket.socket) -> None:
        play.read_request(connection)
        connection.sendall(play.answer())
        connection.close()

    scene = play(script, flow=[{"path": "/", "think": 0.05}, {"path": "/"}])
    assert scene.run(1).outcomes == {("GET /", "ok"): 2}
    assert scene.recorder.reconnects == 1


def test_a_refused_connection_is_an_error_of_its_own(play: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    scene = play.at(f"http://127.0.0.1:{port}")
    assert scene.run(3).outcomes == {("GET /", "connection-refused"): 3}


@pytest.mark.parametrize(
    ("limits", "script_sends", "outcome"),
    [
        ({"timeout_s": 0.1}, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "timeout"),
        ({"timeout_s": 0.1}, b"", "timeout"),
        ({"first_byte_timeout_s": 0.1}, b"", "first-byte-timeout"),
    ],
)
def test_deadlines_end_requests_and_their_connections(
    play: Any, limits: dict[str, float], script_sends: bytes, outcome: str
) -> None:
    def script(connection: socket.socket) -> None:
        play.read_request(connection)
        connection.sendall(script_sends)
        connection.recv(1)  # until the client gives up

    server = play.serve(script)
    scene = play.at(server.url, **limits)
    assert scene.run(2).outcomes == {("GET /", outcome): 2}
    assert server.accepted == 2


def test_a_first_byte_in_time_leaves_the_rest_to_the_whole_deadline(play: Any) -> None:
    def script(connection: socket.socket) -> None:
        play.read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
        connection.recv(1)

    scene = play(script, first_byte_timeout_s=0.05, timeout_s=0.3)
    assert scene.run(1).outcomes == {("GET /", "timeout"): 1}


def test_a_connection_that_is_not_accepted_runs_into_its_own_deadline(play: Any) -> None:
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    fillers = []
    for _ in range(4):  # until the kernel's queue is full
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(full.getsockname())
        fillers.append(filler)
    scene = play.at(f"http://127.0.0.1:{full.getsockname()[1]}", connect_timeout_s=0.1)
    try:
        assert scene.run(1).outcomes == {("GET /", "connect-timeout"): 1}
    finally:
        for each in (*fillers, full):
            each.close()


def test_exhausted_ports_are_the_generators_fault(play: Any, monkeypatch: Any) -> None:
    def connect(wire: Any) -> None:
        wire._fail_soon(OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address"))

    scene = play(play.answering(play.answer()))
    monkeypatch.setattr(Wire, "_connect", connect)
    assert scene.run(1).outcomes == {("GET /", "generator-no-ports"): 1}


def test_what_is_under_way_is_known_and_can_be_forgotten(play: Any) -> None:
    def script(connection: socket.socket) -> None:
        play.read_request(connection)
        connection.recv(1)

    scene = play(script)
    scene.machine.begin()
    (outstanding, sender), *_ = scene.recorder._waiting_senders()
    assert (outstanding.name, outstanding.group) == ("GET /", "users")
    assert scene.recorder.in_flight == 1
    sender.forget()
    assert scene.recorder.in_flight == 0
    assert scene.outcomes == {}


def test_an_ended_machine_lets_go_of_everything(play: Any) -> None:
    scene = play(play.answering(play.answer()), flow=[{"path": "/", "think": 60}, {"path": "/"}])
    scene.machine.begin()
    while not scene.outcomes:
        scene._done.wait(timeout=0.01)
    assert scene.thinking.total_s(1e9) > 0
    scene.machine.end()
    scene.machine.end()
    assert not scene.machine.is_open
    assert scene.recorder.senders == set()


def test_what_can_not_be_sent_is_counted_and_the_flow_goes_on(play: Any) -> None:
    scene = play(
        play.answering(play.answer("two\nlines")),
        flow=[
            {"path": "/", "extract": {"token": "body"}},
            {"path": "/use", "headers": {"X": "${token}"}},
        ],
    )
    assert scene.run(2).outcomes == {("GET /", "ok"): 2, ("GET /use", "bad-request"): 2}
    assert any("header" in text for text in scene.texts)


def test_deeply_nested_json_has_no_places_and_strands_nobody(play: Any) -> None:
    scene = play(
        play.answering(play.answer("[" * 100_000)),
        flow=[{"path": "/", "extract": {"x": "json:$.a"}}],
    )
    assert scene.run(2).outcomes == {("GET /", "check-failed"): 2}


def test_an_answer_to_half_a_request_costs_the_connection(play: Any) -> None:
    def script(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(play.answer("early"))
        connection.recv(1)  # and never the rest, which the client has yet to send
        time.sleep(0.2)

    server = play.serve(script, play.answering(play.answer()))
    scene = play.at(
        server.url, [{"path": "/", "method": "POST", "body": "x" * 20_000_000}, {"path": "/next"}]
    )
    scene.run(1)
    assert scene.outcomes == {("POST /", "ok"): 1, ("GET /next", "ok"): 1}
    assert server.accepted == 2


@pytest.mark.parametrize(
    "head", ["200 OK\r\nContent-Length: 0", "204 X", "304 X", "200 OK\r\nX: y"]
)
def test_answers_to_head_keep_the_connection(play: Any, head: str) -> None:
    server = play.serve(play.answering(f"HTTP/1.1 {head}\r\n\r\n".encode()))
    scene = play.at(server.url, [{"path": "/", "method": "HEAD"}])
    assert scene.run(4).outcomes == {("HEAD /", "ok"): 4}
    assert server.accepted == 1


def test_every_replaced_connection_is_counted_where_connections_are_kept(play: Any) -> None:
    scene = play(play.answering(play.answer(headers="Connection: close\r\n")))
    scene.run(3)
    assert scene.recorder.reconnects == 2


def test_the_first_bytes_time_begins_when_the_request_is_sent(play: Any) -> None:
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    fillers = [socket.socket() for _ in range(4)]
    for filler in fillers:  # until the kernel's queue is full
        filler.setblocking(False)
        filler.connect_ex(full.getsockname())
    scene = play.at(
        f"http://127.0.0.1:{full.getsockname()[1]}",
        first_byte_timeout_s=0.05,
        connect_timeout_s=0.2,
    )
    try:
        assert scene.run(1).outcomes == {("GET /", "connect-timeout"): 1}
    finally:
        for each in (*fillers, full):
            each.close()


def test_a_send_that_fails_ends_its_own_request_and_no_other(play: Any) -> None:
    scene = play(play.answering(play.answer()), flow=[{"path": "/a"}, {"path": "/b"}])
    scene.run(1)
    machine = scene.machine
    machine.sent_s = 1.0
    machine._fail_soon(ConnectionResetError(errno.ECONNRESET, "reset"))
    machine.sent_s = 2.0  # meanwhile that one has ended otherwise, and another was sent
    scene._done.clear()
    scene._done.wait(timeout=0.05)
    assert machine.sent_s == 2.0
    machine.sent_s = 0.0
    assert scene.outcomes == {("GET /a", "ok"): 1, ("GET /b", "ok"): 1}


def test_a_machine_that_has_left_begins_nothing_and_gives_its_ticket_back(play: Any) -> None:
    scene = play(play.answering(play.answer()))
    scene.machine.end()
    ticket = scene.recorder.schedule("users", 1.0)
    scene.machine.begin(ticket)
    assert scene.recorder._unsent == set()
    assert not scene.machine.is_open
