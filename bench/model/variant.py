"""Variants: the ways to build a service that an experiment compares."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from bench.model.duration import Duration
from bench.model.record import Record


class Uvicorn(Record):
    """An ASGI app under uvicorn; loop and parser are always explicit, never `auto`."""

    name: Literal["uvicorn"]
    loop: Literal["uvloop", "asyncio"] = "uvloop"
    http: Literal["httptools", "h11"] = "httptools"
    workers: Annotated[int, Field(strict=True, ge=1, le=256)] = 1
    options: tuple[str, ...] = Field(
        (), description="further command-line options, as uvicorn takes them"
    )


class Gunicorn(Record):
    """A WSGI or ASGI app under gunicorn with any of its worker classes."""

    name: Literal["gunicorn"]
    worker_class: str = "gthread"
    workers: Annotated[int, Field(strict=True, ge=1, le=256)] = 1
    threads: Annotated[int, Field(strict=True, ge=1, le=100_000)] = 1
    options: tuple[str, ...] = Field(
        (), description="further command-line options, as gunicorn takes them"
    )


Server = Annotated[Uvicorn | Gunicorn, Field(discriminator="name")]


class Variant(Record):
    """One way to build the service: an app under a server that we know, any command, or a URL.

    In `command`, `env` and `cwd` these stand for what is known only at the start: `{host}`,
    `{port}`, `{python}` (this interpreter), `{folder}` (that of the experiment file), `{temp}` (an
    empty folder of the target's own) and `{NAME}` for a name of the experiment's strata.
    """

    app: str | None = Field(None, description="import string of an app, such as shop.web:app")
    server: Server | None = Field(None, description="the server that runs the app")
    command: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(
        None, description="a command that listens on {host}:{port}"
    )
    url: Annotated[str, Field(pattern=r"^https?://[^\s/?#@]+$")] | None = Field(
        None,
        description="a target that already runs, which is neither started, stopped nor watched",
    )
    baseline: bool = Field(False, description="the variant that the others are compared with")
    ready: str | None = Field(
        None, description="a path that answers below 400 once the target is ready"
    )
    ready_timeout: Duration = Field(
        30.0, description="how long the target may take to become ready"
    )
    tls: bool = Field(
        False, description="it speaks TLS; its certificate is not verified, being loopback's"
    )
    env: dict[str, str] = Field(default_factory=dict, description="further environment variables")
    cwd: str | None = Field(None, description="working folder; relative to the experiment file")

    @model_validator(mode="after")
    def _has_one_way_to_start(self) -> Variant:
        if sum(way is not None for way in (self.app, self.command, self.url)) != 1:
            raise ValueError("a variant has one of app (with a server), command and url")
        if (self.app is None) != (self.server is None):
            raise ValueError("app and server go together: name both, or a command")
        if self.app is not None and ":" not in self.app:
            raise ValueError(f"app is an import string such as shop.web:app, not {self.app!r}")
        if self.url is not None and self.tls:
            raise ValueError("tls is for a target that is started here; a url says https itself")
        if self.ready is not None and not self.ready.startswith("/"):
            raise ValueError(f"ready is a path and starts with a slash, not {self.ready!r}")
        return self
