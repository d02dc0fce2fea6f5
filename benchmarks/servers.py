"""The servers that are called: nginx's static answer, or one of our own that can wait."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.execution.supervision.processes import ManagedProcess
from bench.execution.targets.ports import LOOPBACK, free_port
from bench.execution.targets.readiness import wait_until_ready
from benchmarks.ground import Ground, without_paths
from benchmarks.status_page import PATH, StatusPage

_READY_WITHIN_S: Final = 20.0
_SYSTEM_PROGRAMS: Final = ("/usr/sbin", "/usr/local/sbin")
"""Where systems keep nginx, although not on the path of everybody."""

UNLIKE_PATH: Final = "/unlike"
"""Where nginx's answers all differ."""

_NGINX_CONF: Final = """\
worker_processes 1;
daemon off;
pid nginx.pid;
events {{ worker_connections 16384; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 600;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {{
    listen {host}:{port} reuseport backlog=8192;
    location = {status} {{ stub_status; }}
    location = {unlike} {{ default_type text/plain; return 200 "$request_id"; }}
    location / {{ default_type text/plain; return 200 "ok"; }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that is ready."""

    name: str
    url: str
    process: ManagedProcess
    status: StatusPage
    command: tuple[str, ...]
    """Without the paths of this machine."""


def find_nginx() -> str | None:
    """Return where nginx is, if it is installed."""
    return shutil.which(
        "nginx", path=os.pathsep.join((os.environ.get("PATH", ""), *_SYSTEM_PROGRAMS))
    )


@asynccontextmanager
async def run_nginx(ground: Ground, program: str) -> AsyncIterator[Server]:
    """Run nginx with one worker, which answers 200 and two bytes to everything."""
    folder, port = ground.new_folder("nginx"), free_port()
    config = folder / "nginx.conf"
    config.write_text(_NGINX_CONF.format(host=LOOPBACK, port=port, status=PATH, unlike=UNLIKE_PATH))
    argv = (program, "-p", str(folder), "-e", "stderr", "-c", str(config))
    async with _serve(ground, "nginx", argv, folder, port) as server:
        yield server


@asynccontextmanager
async def run_waiting_server(ground: Ground, wait_s: float = 0.0) -> AsyncIterator[Server]:
    """Run our own server, which answers each request after a wait."""
    folder, port = ground.new_folder("server"), free_port()
    argv = (sys.executable, "-m", "benchmarks.waiting_server", str(port), str(wait_s))
    async with _serve(ground, "waiting-server", argv, folder, port) as server:
        yield server


@asynccontextmanager
async def _serve(
    ground: Ground, name: str, argv: tuple[str, ...], folder: Path, port: int
) -> AsyncIterator[Server]:
    cores = ground.placement.target
    async with ground.run(argv, name=name, folder=folder, cores=cores) as process:
        await wait_until_ready(process, LOOPBACK, port, PATH, timeout_s=_READY_WITHIN_S)
        yield Server(
            name=name,
            url=f"http://{LOOPBACK}:{port}",
            process=process,
            status=StatusPage(LOOPBACK, port),
            command=without_paths(argv, folder),
        )
