"""Targets that speak TLS, with a certificate that only they know."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.errors import TargetStartError
from bench.execution.supervision.processes import supervise
from bench.execution.targets.launching import RunningTarget, launch_target
from bench.model.experiment import Experiment, ExperimentFile

_APP = """
async def asgi(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200,
                    "headers": [(b"x-scheme", scope["scheme"].encode())]})
        await send({"type": "http.response.body", "body": b"hello"})
"""

_ASK = """
import json, sys, time
import locust  # as in the generator: it patches ssl, too
from types import SimpleNamespace
from bench.load.http.client import Endpoint, HttpClient

class Log:
    reconnects = 0
    def begin(self, name):
        return SimpleNamespace(sent_s=time.perf_counter())  # deadlines run from here
    def end(self, request, response):
        pass
    def reconnected(self):
        self.reconnects += 1

log = Log()
client = HttpClient(Endpoint.at(sys.argv[1], connections="keep-alive", timeout_s=10.0), log)
answers = [client.get("/") for _ in range(20)]
client.close()
print(json.dumps({
    "outcomes": [one.outcome for one in answers],
    "body": answers[-1].text,
    "scheme": answers[-1].headers["x-scheme"],
    "reconnects": log.reconnects,
}))
"""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which would make a certificate, is not installed")
    folder = tmp_path_factory.mktemp("certificate")
    key, own = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=nobody", "-keyout", str(key), "-out", str(own)),
        ],
        check=True,
        capture_output=True,
    )
    return key, own


def launched(folder: Path, variant: dict[str, Any], body: Any) -> None:
    (folder / "shop.py").write_text(_APP)
    file = {
        "title": "tls",
        "flow": [{"path": "/"}],
        "load": {"users": [1]},
        "variants": {"only": {"app": "shop:asgi", "ready": "/"} | variant},
    }
    subject = Experiment(
        name="tls", path=folder / "tls.toml", file=ExperimentFile.model_validate(file)
    )

    async def main() -> None:
        async with (
            supervise() as supervisor,
            launch_target(
                supervisor,
                subject,
                "only",
                {},
                seed=1,
                cores=(),
                service_env={},
                log=folder / "target.log",
                observations=folder / "observations.jsonl",
            ) as target,
        ):
            await asyncio.to_thread(body, target)

    asyncio.run(main())


def server(certificate: tuple[Path, Path]) -> dict[str, Any]:
    key, own = certificate
    options = ("--ssl-keyfile", str(key), "--ssl-certfile", str(own))
    return {"name": "uvicorn", "options": options}


def test_a_target_that_speaks_tls_is_seen_ready_and_loaded(
    certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    def body(target: RunningTarget) -> None:
        assert target.url == f"https://127.0.0.1:{target.port}"
        done = subprocess.run(
            [sys.executable, "-c", _ASK, target.url], check=True, capture_output=True, text=True
        )
        told = json.loads(done.stdout)
        assert told == {
            "outcomes": ["ok"] * 20,
            "body": "hello",
            "scheme": "https",
            "reconnects": 0,
        }

    launched(tmp_path, {"server": server(certificate), "tls": True}, body)


def test_a_target_that_speaks_tls_unexpectedly_is_not_ready(
    certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    variant = {"server": server(certificate), "ready_timeout": "2s"}
    with pytest.raises(TargetStartError, match="was not ready"):
        launched(tmp_path, variant, lambda _: None)


def test_a_target_that_speaks_no_tls_is_not_ready_where_it_should(tmp_path: Path) -> None:
    variant = {"server": {"name": "uvicorn"}, "tls": True, "ready_timeout": "2s"}
    with pytest.raises(TargetStartError, match=r"was not ready.*SSL"):
        launched(tmp_path, variant, lambda _: None)
