"""The WebSocket protocol (RFC 6455), client side: `websockets` does the framing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.exceptions import InvalidMessage, InvalidStatus
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Close, CloseCode, Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.typing import BytesLike, Subprotocol
from websockets.uri import WebSocketURI

from bench.load.http.outcomes import BadResponseError
from bench.load.streams.events import Event
from bench.load.streams.faults import HandshakeRefused, StreamClosed, cut_off

_MOST_BYTES: Final = 16 * 1024 * 1024
"""Of one message; the connection is failed with code 1009 where it is longer."""

_SUBPROTOCOLS: Final = "sec-websocket-protocol"


class WebSocketTalk:
    """One connection.

    Args:
        compression: offer permessage-deflate (RFC 7692), which the server may take up; no other
            extension is offered, so none is taken.
    """

    __slots__ = (
        "_extra",
        "_is_text",
        "_parts",
        "_protocol",
        "fault",
        "headers",
        "is_open",
        "status",
    )

    retry_s: float | None = None
    last_event_id = ""

    def __init__(
        self, uri: WebSocketURI, headers: Mapping[str, str], *, compression: bool = False
    ) -> None:
        offered = [
            Subprotocol(each.strip())
            for name, value in headers.items()
            if name.lower() == _SUBPROTOCOLS
            for each in value.split(",")
        ]
        self._protocol = ClientProtocol(
            uri,
            subprotocols=offered or None,
            extensions=[ClientPerMessageDeflateFactory()] if compression else None,
            max_size=_MOST_BYTES,
        )
        self._extra = headers
        self._parts: list[bytes] | None = None
        self._is_text = False
        self.is_open = False
        self.fault: Exception | None = None
        self.status = 0
        self.headers: list[tuple[str, str]] = []

    def hello(self) -> bytes:
        """Return the handshake."""
        request = self._protocol.connect()
        request.headers["User-Agent"] = "pairbench"
        for name, value in self._extra.items():
            if name.lower() != _SUBPROTOCOLS:
                _replace(request.headers, name, value)
        self._protocol.send_request(request)
        return self.take_reply()

    def feed(self, data: bytes) -> list[Event]:
        """Return the messages that end in what came; pings are answered by `take_reply`."""
        protocol = self._protocol
        protocol.receive_data(data)
        messages: list[Event] = []
        for event in protocol.events_received():
            if isinstance(event, Frame):
                self._take_frame(event, messages)
            else:
                self._note_answer(event)
                self.is_open = protocol.handshake_exc is None
        if protocol.state is not State.OPEN and self.fault is None:
            self._note_fault()
        return messages

    def end(self) -> None:
        """Take note that the server has closed the connection."""
        protocol = self._protocol
        protocol.receive_eof()
        for event in protocol.events_received():  # a refusal whose body ends with the connection
            self._note_answer(event)
        if self.fault is not None:
            return
        if self.is_open:
            how = f"the server closed the connection without a close frame: {protocol.parser_exc}"
            self.fault = StreamClosed(how)
        else:
            self._note_fault()

    def take_reply(self) -> bytes:
        """Return what is to be sent."""
        return b"".join(self._protocol.data_to_send())

    def message(self, data: str | bytes) -> bytes:
        """Return the frame of a message; nothing, where the connection is closing."""
        if self._protocol.state is not State.OPEN:
            return b""
        if isinstance(data, str):
            self._protocol.send_text(data.encode())
        else:
            self._protocol.send_binary(data)
        return self.take_reply()

    def goodbye(self) -> bytes:
        """Return a close frame."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(CloseCode.NORMAL_CLOSURE)
        return self.take_reply()

    def _note_answer(self, answer: object) -> None:
        if isinstance(answer, Response):
            self.status = answer.status_code
            self.headers = list(answer.headers.raw_items())

    def _take_frame(self, frame: Frame, messages: list[Event]) -> None:
        opcode = frame.opcode
        if opcode is Opcode.TEXT or opcode is Opcode.BINARY:
            self._is_text = opcode is Opcode.TEXT
            if frame.fin:
                self._finish(frame.data, messages)
            else:
                self._parts = [bytes(frame.data)]
        elif opcode is Opcode.CONT and self._parts is not None:
            self._parts.append(bytes(frame.data))
            if frame.fin:
                whole, self._parts = b"".join(self._parts), None
                self._finish(whole, messages)

    def _finish(self, data: BytesLike, messages: list[Event]) -> None:
        if self.fault is not None:
            return
        if not self._is_text:
            messages.append(Event(bytes(data)))
            return
        try:
            messages.append(Event(str(data, "utf-8")))
        except UnicodeDecodeError as error:
            self._protocol.fail(CloseCode.INVALID_DATA, "text is UTF-8")
            self.fault = BadResponseError(f"a text message is not UTF-8: {error.reason}")

    def _note_fault(self) -> None:
        protocol = self._protocol
        if (refusal := protocol.handshake_exc) is not None:
            self.fault = _fault_of_handshake(refusal)
        elif protocol.parser_exc is not None:
            self.fault = BadResponseError(f"no WebSocket frame: {protocol.parser_exc}")
        elif protocol.close_rcvd is not None:
            self.fault = StreamClosed(f"the server closed it: {_describe(protocol.close_rcvd)}")


def _replace(headers: Headers, name: str, value: str) -> None:
    if name in headers:
        del headers[name]
    headers[name] = value


def _fault_of_handshake(error: Exception) -> Exception:
    if isinstance(error, InvalidStatus):
        return HandshakeRefused(error.response.status_code)
    if isinstance(error, InvalidMessage):
        cause = error.__cause__
        if isinstance(cause, EOFError):
            return cut_off(f"closed before the handshake was over: {cause}")
        return BadResponseError(f"the handshake's answer is no HTTP/1.1: {cause or error}")
    return BadResponseError(f"the handshake's answer is wrong: {error}")


def _describe(close: Close) -> str:
    return f"{close.code} {close.reason}".strip()
