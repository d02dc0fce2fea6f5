"""A locustfile that changes only its import runs on our client, and its listeners hear of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SERVER = Path(__file__).parents[1] / "load" / "stamping_server.py"

_LOCUSTFILE = """
from locust import task, events, between
from bench.load.users import FastHttpUser  # in place of: from locust import FastHttpUser

heard = []

@events.request.add_listener
def on_request(request_type, name, response_time, response_length, exception, context, **kwargs):
    heard.append([request_type, name, response_length, exception and str(exception), context])

class Shopper(FastHttpUser):
    wait_time = between(1, 2)
    default_headers = {"X-Team": "shop"}
    network_timeout = 10.0
    connection_timeout = 5.0

    def context(self):
        return {"who": "shopper"}

    @task
    def shop(self):
        self.client.get("/items/1", name="/items/[id]")
        with self.client.post("/cart", json={"item": 1}, catch_response=True) as response:
            if response.text != "full":
                response.failure("not full")
        with self.rest("GET", "/status/503") as response:
            response.success()
        with self.client.rename_request("again"):
            self.client.get(self.client.base_url + "/items/2", headers={"X-Team": "other"})
"""

_RUN = """
import json, sys, time, types
import locust
from types import SimpleNamespace
from bench.load.environment import LoadEnvironment
from bench.load.http.client import Endpoint

class Log:
    def __init__(self):
        self.ended = []
    def begin(self, name):
        return SimpleNamespace(sent_s=time.perf_counter())  # deadlines run from here
    def end(self, request, response):
        self.ended.append([response.name, response.outcome, response.reason])
    def reconnected(self):
        raise AssertionError

url, source = sys.argv[1:]
module = types.ModuleType("locustfile")
exec(source, module.__dict__)
endpoint = Endpoint.at(url, connections="keep-alive", timeout_s=10.0)
environment = LoadEnvironment(endpoint, host=url, user_classes=[module.Shopper])
environment.create_local_runner()
log = Log()
environment.stage = SimpleNamespace(open_log=lambda user: log)
user = module.Shopper(environment)
user.shop()
sent = user.client.get("/x").request
user.client.close()
print(json.dumps({
    "recorded": log.ended,
    "heard": getattr(module, "heard", None),
    "log": type(user.client._log).__name__,
    "asked": dict(sent.headers),
}))
"""


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    with subprocess.Popen([sys.executable, str(SERVER)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.kill()


def run(server_url: str, locustfile: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", _RUN, server_url, locustfile],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_requests_are_recorded_and_listeners_hear_of_each_once(server_url: str) -> None:
    told = run(server_url, _LOCUSTFILE)
    assert told["recorded"] == [
        ["GET /items/[id]", "ok", ""],
        ["POST /cart", "check-failed", "not full"],
        ["GET /status/503", "ok", ""],
        ["again", "ok", ""],
        ["GET /x", "ok", ""],
    ]
    who = {"who": "shopper"}
    assert told["heard"] == [
        ["GET", "/items/[id]", 2, None, who],
        ["POST", "/cart", 2, "not full", who],
        ["GET", "/status/503", 2, None, who],
        ["GET", "again", 2, None, who],
        ["GET", "/x", 2, None, who],
    ]
    assert told["asked"]["x-team"] == "shop"
    assert told["asked"]["accept-encoding"].startswith("gzip, deflate")


def test_where_nobody_listens_nothing_is_announced(server_url: str) -> None:
    silent = _LOCUSTFILE.replace("@events.request.add_listener\n", "")
    assert run(server_url, silent)["log"] == "Log"


@pytest.mark.parametrize(
    ("attribute", "says"),
    [
        ("max_retries = 3", "no request is sent twice"),
        ("concurrency = 50", "limit those by a gevent pool"),
        ('proxy_host = "proxy"', "make it the target"),
    ],
)
def test_what_would_be_ignored_is_refused_where_it_is_written(
    attribute: str, says: str, server_url: str
) -> None:
    changed = _LOCUSTFILE.replace("network_timeout = 10.0", attribute)
    with pytest.raises(AssertionError, match=f"UnsupportedOptionError.*{says}"):
        run(server_url, changed)
