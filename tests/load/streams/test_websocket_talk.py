"""The counterpart is the server side of `websockets`, or bytes by hand where that won't err."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

from bench.load.http.outcomes import BadResponseError
from bench.load.streams.events import Event
from bench.load.streams.faults import HandshakeRefused, StreamClosed, outcome_of_fault
from bench.load.streams.websocket_talk import WebSocketTalk

WRONG_PROOF = (
    b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: AAAA\r\n\r\n"
)
URI = parse_uri("ws://127.0.0.1:8000/prices?of=all")


def accept(
    headers: dict[str, str] | None = None,
    subprotocols: list[str] | None = None,
    *,
    compression: bool = False,
) -> tuple[WebSocketTalk, ServerProtocol]:
    """Return both sides of an open connection; the server would take up compression."""
    talk = WebSocketTalk(URI, headers or {}, compression=compression)
    server = ServerProtocol(
        subprotocols=subprotocols,  # type: ignore[arg-type]
        extensions=[ServerPerMessageDeflateFactory()],
    )
    server.receive_data(talk.hello())
    (request,) = server.events_received()
    assert isinstance(request, Request)
    server.send_response(server.accept(request))
    assert talk.feed(sent(server)) == []
    return talk, server


def sent(server: ServerProtocol) -> bytes:
    return b"".join(server.data_to_send())


def heard(server: ServerProtocol, data: bytes) -> list[Frame]:
    server.receive_data(data)
    return [event for event in server.events_received() if isinstance(event, Frame)]


def test_the_handshake_asks_for_the_path_with_the_given_headers() -> None:
    talk = WebSocketTalk(URI, {"Authorization": "Bearer x", "Host": "shop.example"})
    hello = talk.hello().decode()
    assert hello.startswith("GET /prices?of=all HTTP/1.1\r\n")
    assert "Authorization: Bearer x\r\n" in hello
    assert hello.count("Host:") == 1
    assert "Host: shop.example\r\n" in hello
    assert "Sec-WebSocket-Extensions" not in hello


def test_a_stream_is_open_when_the_server_has_accepted_it() -> None:
    talk, _ = accept()
    assert talk.is_open
    assert talk.status == 101
    assert talk.fault is None
    assert ("Upgrade", "websocket") in talk.headers


def test_a_subprotocol_can_be_asked_for() -> None:
    talk, server = accept({"Sec-WebSocket-Protocol": "v2, v1"}, subprotocols=["v1"])
    assert talk.is_open
    assert server.subprotocol == "v1"


def test_messages_are_packed_where_that_was_offered_and_not_otherwise() -> None:
    text = "x" * 1000
    for compression, fewest, most in ((False, 1000, 1010), (True, 1, 100)):
        talk, server = accept(compression=compression)
        server.send_text(text.encode())
        packed = sent(server)
        assert fewest <= len(packed) <= most
        assert talk.feed(packed) == [Event(text)]
        message = talk.message(text)
        assert fewest <= len(message) <= most
        assert [bytes(frame.data).decode() for frame in heard(server, message)] == [text]


def test_text_and_binary_messages_come_as_such() -> None:
    talk, server = accept()
    server.send_text("é".encode())
    server.send_binary(b"\xff")
    assert talk.feed(sent(server)) == [Event("é"), Event(b"\xff")]


@given(
    st.lists(st.tuples(st.booleans(), st.lists(st.binary(max_size=200), min_size=1, max_size=4))),
    st.integers(1, 50),
)
def test_messages_are_whole_however_they_are_cut(
    messages: list[tuple[bool, list[bytes]]], size: int
) -> None:
    talk, _ = accept()
    stream, expected = b"", []
    for is_text, parts in messages:
        texts = [part.hex().encode() for part in parts] if is_text else parts
        whole = b"".join(texts)
        expected.append(Event(whole.decode() if is_text else whole))
        for index, part in enumerate(texts):
            first = Opcode.TEXT if is_text else Opcode.BINARY
            opcode = Opcode.CONT if index else first
            frame = Frame(opcode, part, fin=index == len(texts) - 1)
            stream += frame.serialize(mask=False)
    came = [
        event
        for begin in range(0, len(stream), size)
        for event in talk.feed(stream[begin : begin + size])
    ]
    assert came == expected
    assert talk.fault is None


def test_a_ping_is_answered_with_what_it_said() -> None:
    talk, server = accept()
    server.send_ping(b"are you there")
    assert talk.feed(sent(server)) == []
    (pong,) = heard(server, talk.take_reply())
    assert bytes(pong.data) == b"are you there"


def test_what_is_sent_is_masked_and_arrives() -> None:
    talk, server = accept()
    (text,) = heard(server, talk.message("€"))
    (binary,) = heard(server, talk.message(b"\x00"))
    assert (text.opcode, bytes(text.data)) == (Opcode.TEXT, "€".encode())
    assert (binary.opcode, bytes(binary.data)) == (Opcode.BINARY, b"\x00")


def test_a_goodbye_is_a_close_of_code_1000_and_nothing_is_sent_after_it() -> None:
    talk, server = accept()
    heard(server, talk.goodbye())
    assert server.close_rcvd is not None
    assert server.close_rcvd.code == 1000
    assert talk.message("more") == b""
    assert talk.goodbye() == b""
    server.data_to_send()


def test_a_close_by_the_server_is_answered_and_told_with_its_code() -> None:
    talk, server = accept()
    server.send_text(b"last")
    server.send_close(1001, "restart")
    assert talk.feed(sent(server)) == [Event("last")]
    assert isinstance(talk.fault, StreamClosed)
    assert "1001 restart" in str(talk.fault)
    heard(server, talk.take_reply())
    assert server.close_rcvd is not None


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (b"HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno", "http-403"),
        (b"HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n", "http-302"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", "http-200"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "bad-response"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "bad-response"),
        (WRONG_PROOF, "bad-response"),
    ],
)
def test_an_answer_that_opens_nothing_is_a_fault(answer: bytes, outcome: str) -> None:
    talk = WebSocketTalk(URI, {})
    talk.hello()
    assert talk.feed(answer) == []
    assert not talk.is_open
    assert talk.fault is not None
    assert outcome_of_fault(talk.fault) == outcome


def test_a_refusal_whose_body_ends_with_the_connection_is_told_then() -> None:
    talk = WebSocketTalk(URI, {})
    talk.hello()
    talk.feed(b"HTTP/1.1 503 Busy\r\n\r\nno")
    assert talk.fault is None
    talk.end()
    assert isinstance(talk.fault, HandshakeRefused)
    assert talk.status == 503


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 10"])
def test_a_connection_that_is_closed_before_it_was_accepted_was_reset(said: bytes) -> None:
    talk = WebSocketTalk(URI, {})
    talk.hello()
    if said:
        talk.feed(said)
    talk.end()
    assert talk.fault is not None
    assert outcome_of_fault(talk.fault) == "connection-reset"


@pytest.mark.parametrize(
    ("said", "how"), [(b"", "without a close frame"), (b"\x81\x05ab", "ends after 2 bytes")]
)
def test_a_connection_that_is_closed_later_says_how(said: bytes, how: str) -> None:
    talk, _ = accept()
    if said:
        talk.feed(said)
    talk.end()
    assert isinstance(talk.fault, StreamClosed)
    assert how in str(talk.fault)


@pytest.mark.parametrize(
    "frames",
    [
        b"\x8f\x00",
        b"\x81\x81abcdx",
        b"\xc1\x00",
        b"\x80\x00",
        b"\x09\x00",
        b"\x81\x02\xff\xfe",
        b"\x81\x7f\x00\x00\x01\x00\x00\x00\x00\x00",
    ],
)
def test_what_the_protocol_forbids_is_a_bad_response_after_what_was_good(frames: bytes) -> None:
    talk, _ = accept()
    assert talk.feed(b"\x81\x02ok" + frames + b"\x81\x02no") == [Event("ok")]
    assert isinstance(talk.fault, BadResponseError)
    assert talk.take_reply() != b""
