"""What all ASGI targets have in common, so that variants differ in their factor alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from fastapi import FastAPI, Response

from targets.loop_lag import watch_loop_lag
from targets.ping import PING_BODY


def asgi_app(*resources: AbstractAsyncContextManager[object], documented: bool = False) -> FastAPI:
    """Make an app with `GET /ping`, a watched event loop, and no telemetry.

    Args:
        resources: what the app holds open from its start to its end, such as a client.
        documented: whether FastAPI's own page about the routes is at `/docs`.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as held:
            await held.enter_async_context(watch_loop_lag())
            for resource in resources:
                await held.enter_async_context(resource)
            yield

    app = FastAPI(
        # Explicit, so that no variable of the environment can turn any of it on.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        openapi_url="/openapi.json" if documented else None,
        lifespan=lifespan,
    )
    app.add_api_route("/ping", _ping)
    return app


async def _ping() -> Response:
    return Response(PING_BODY, media_type="application/json")
