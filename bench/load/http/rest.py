"""Requests of JSON services: `with self.rest("GET", "/items/1") as response:`, as in Locust."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from json import JSONDecodeError
from typing import Any, Final

from bench.load.http.reasons import reason_of_raised
from bench.load.http.response import CheckedResponse, steers_locust

_JSON: Final = "application/json"
_SHOWN: Final = 80


class RestMixin:
    """For user classes with a `client`."""

    client: Any

    @contextmanager
    def rest(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, **options: Any
    ) -> Iterator[CheckedResponse]:
        """Send a request and judge its answer in a block; the body is read as JSON into `js`.

        An answer that is no JSON is a failed check, and so is all that the block raises; nothing
        is raised further.
        """
        given = {name.lower() for name in headers or ()}
        missing = {name: _JSON for name in ("Content-Type", "Accept") if name.lower() not in given}
        options["headers"] = {**(headers or {}), **missing}
        with self.client.request(method, url, catch_response=True, **options) as response:
            _read_json(response)
            try:
                yield response
            except Exception as error:  # the scenario's code may raise anything
                if steers_locust(error):
                    raise
                response.failure(_complaint(error, response))

    @contextmanager
    def rest_(
        self, method: str, url: str, name: str | None = None, **options: Any
    ) -> Iterator[CheckedResponse]:
        """Do as `rest` does, with a parameter `_` that no cache has seen."""
        separator = "&" if "?" in url else "?"
        fresh = f"{url}{separator}_={time.time_ns() // 1_000_000}"
        with self.rest(method, fresh, name=name or f"{url}{separator}_=...", **options) as response:
            yield response


def _read_json(response: CheckedResponse) -> None:
    if not response.content:
        return
    try:
        response.js = response.json()
    except (JSONDecodeError, UnicodeDecodeError) as error:
        shown = response.text[:_SHOWN]
        response.failure(f"no JSON ({error}), status {response.status_code}: {shown}")


def _complaint(error: Exception, response: CheckedResponse) -> str:
    """Return what a block says by raising; a comma at the end of an assertion adds the answer."""
    if isinstance(error, AssertionError) and error.args:
        text = str(error.args[0])
        return f"{text} response was {response.text[:_SHOWN]}" if text.endswith(",") else text
    return reason_of_raised(error)
