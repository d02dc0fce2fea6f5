"""Starlette alone, `async def`: the same server and loop, without FastAPI's own layer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from targets.bare_route.answer import BODY, note_thread
from targets.loop_lag import watch_loop_lag
from targets.ping import PING_BODY


async def _ping(_: Request) -> Response:
    return Response(PING_BODY, media_type="application/json")


async def _bare(_: Request) -> Response:
    note_thread()
    return Response(BODY, media_type="application/json")


@asynccontextmanager
async def _lifespan(_: Starlette) -> AsyncIterator[None]:
    async with watch_loop_lag():
        yield


app = Starlette(routes=[Route("/ping", _ping), Route("/bare", _bare)], lifespan=_lifespan)
