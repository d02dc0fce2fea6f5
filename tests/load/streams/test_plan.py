from __future__ import annotations

import pytest

from bench.load.streams.fields import parse_field
from bench.load.streams.plan import StreamPlan
from bench.model.stream import Stream


def test_what_an_experiment_file_declares_is_read_whole() -> None:
    declared = Stream.model_validate(
        {
            "protocol": "websocket",
            "path": "/prices",
            "headers": {"Authorization": "Bearer x"},
            "send": "hello",
            "send_every": "5s",
            "compression": True,
            "hold": "1m",
            "sequence": "$.n",
            "stamp": "$.meta[0].sent",
            "clock": "wall",
            "silence": "30s",
        }
    )
    assert StreamPlan.read(declared.model_dump()) == StreamPlan(
        protocol="websocket",
        path="/prices",
        name="websocket /prices",
        headers={"Authorization": "Bearer x"},
        send="hello",
        send_every_s=5.0,
        compression=True,
        hold_s=60.0,
        sequence="$.n",
        stamp="$.meta[0].sent",
        clock="wall",
        silence_s=30.0,
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"protocol": "grpc"}, "protocol is websocket or sse, not 'grpc'"),
        ({"path": "prices"}, "path starts with a slash, not 'prices'"),
        ({"path": None}, "path starts with a slash"),
        ({"clock": "utc"}, "clock is monotonic or wall, not 'utc'"),
        ({"hold": 0}, "hold is a number of seconds above 0, not 0"),
        ({"silence": "1s"}, "silence is a number of seconds"),
        ({"sequence": "n"}, "'n' is no field of an event"),
        ({"stamp": "$"}, "'\\$' is no field of an event"),
        ({"protocol": "sse", "send": "x"}, "send is for a websocket"),
        ({"protocol": "sse", "compression": True}, "compression is for a websocket"),
        ({"compression": "gzip"}, "compression is true or false, not 'gzip'"),
        ({"send": 7}, "send is text or bytes, not 7"),
        ({"send_every": 1}, "send_every needs send"),
        ({"headers": {"A": "b\r\nC: d"}}, "is no header"),
        ({"headers": {"Upgrade": "h2c"}}, "Upgrade belongs to the protocol"),
        ({"speed": 1}, "a stream has no speed"),
    ],
)
def test_what_cannot_be_is_refused_with_its_name(fields: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        StreamPlan.read({"protocol": "websocket", "path": "/", **fields})


def test_a_field_is_found_and_its_absence_is_a_lookup_or_type_error() -> None:
    assert parse_field("$.n")({"n": 3}) == 3
    assert parse_field("$[1]")([1, 2]) == 2
    assert parse_field("$.a.b[0].c")({"a": {"b": [{"c": "x"}]}}) == "x"
    for found in ({}, [], None, 7, {"a": None}):
        with pytest.raises((LookupError, TypeError)):
            parse_field("$.a.b")(found)
