"""Starlette: routing, a request object, and a response that writes its JSON."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from targets.layer_tax.answer import ITEM, WAIT_S
from targets.loop_lag import watch_loop_lag
from targets.ping import PING_BODY


async def _ping(_: Request) -> Response:
    return Response(PING_BODY, media_type="application/json")


async def _item(_: Request) -> Response:
    await asyncio.sleep(WAIT_S)
    return JSONResponse(ITEM)


@asynccontextmanager
async def _lifespan(_: Starlette) -> AsyncIterator[None]:
    async with watch_loop_lag():
        yield


app = Starlette(routes=[Route("/ping", _ping), Route("/item", _item)], lifespan=_lifespan)
