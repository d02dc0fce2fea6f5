"""Declared streams: connections that stay open while the server sends events."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Gt
from pydantic import Field, model_validator

from bench.model.duration import Duration
from bench.model.record import Record

EventField = Annotated[str, Field(pattern=r"^\$(\.[^.\[\]\s]+|\[[0-9]{1,9}\])+$")]


class Stream(Record):
    """A WebSocket or a stream of server-sent events that each user opens and holds."""

    protocol: Literal["websocket", "sse"]
    path: str = Field(pattern="^/")
    name: str | None = Field(None, description="the name in tables; default: protocol and path")
    headers: dict[str, str] = Field(default_factory=dict)
    send: str | None = Field(None, description="websocket: a text message sent once it is open")
    send_every: Annotated[Duration, Gt(0)] | None = Field(
        None, description="websocket: send it again that often"
    )
    compression: bool = Field(
        default=False, description="websocket: offer permessage-deflate, as browsers do"
    )
    hold: Annotated[Duration, Gt(0)] | None = Field(
        None, description="close and open anew after that long; default: hold to the end"
    )
    sequence: EventField | None = Field(
        None, description="where an event's JSON has its number, such as $.n: finds lost ones"
    )
    stamp: EventField | None = Field(
        None, description="where an event's JSON has the time at which the server sent it, seconds"
    )
    clock: Literal["monotonic", "wall"] = Field(
        "monotonic", description="which clock the stamp is of: time.monotonic() or time.time()"
    )
    silence: Annotated[Duration, Gt(0)] | None = Field(
        None, description="a stream that brings nothing for that long is an error"
    )

    @model_validator(mode="after")
    def _fits_its_protocol(self) -> Stream:
        if self.protocol == "sse" and (self.send is not None or self.send_every is not None):
            raise ValueError("send and send_every are for a websocket; sse only listens")
        if self.protocol == "sse" and self.compression:
            raise ValueError("compression is for a websocket, whose messages it packs")
        if self.send_every is not None and self.send is None:
            raise ValueError("send_every needs send")
        return self
