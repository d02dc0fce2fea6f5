"""The async target: FastAPI under uvicorn, one loop."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI

from benchmarks.gate_targets.knobs import WAIT_S, spin

app = FastAPI()


@app.get("/ping")
async def ping() -> dict[str, bool]:
    """Answer, after work and waiting as the environment asks for."""
    if WAIT_S:
        await asyncio.sleep(WAIT_S)
    spin()
    return {"pong": True}
