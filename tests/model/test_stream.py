from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from bench.model.stream import Stream
from bench.model.variant import Variant


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"protocol": "sse", "path": "/", "send": "hello"}, "only listens"),
        ({"protocol": "sse", "path": "/", "compression": True}, "compression is for a websocket"),
        ({"protocol": "websocket", "path": "/", "send_every": "1s"}, "needs send"),
        ({"protocol": "websocket", "path": "no-slash"}, "path"),
        ({"protocol": "websocket", "path": "/", "sequence": "n"}, "sequence"),
    ],
)
def test_a_stream_that_cannot_be_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Stream.model_validate(fields)


def test_a_stream_says_where_its_events_have_number_and_stamp() -> None:
    stream = Stream.model_validate(
        {"protocol": "websocket", "path": "/", "send": "x", "send_every": "2s", "stamp": "$.a[0].t"}
    )
    assert (stream.send_every, stream.stamp, stream.clock) == (2.0, "$.a[0].t", "monotonic")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"url": "http://127.0.0.1:1", "command": ["x"]}, "one of app"),
        ({}, "one of app"),
        ({"url": "https://127.0.0.1:1", "tls": True}, "says https itself"),
        ({"url": "127.0.0.1:1"}, "url"),
    ],
)
def test_a_variant_is_one_thing(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Variant.model_validate(fields)
