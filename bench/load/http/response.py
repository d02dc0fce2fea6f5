"""What a request returns: a response, or the error that came instead."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from bench.load.http.outcomes import CHECK_FAILED, OK

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

_FIRST_ERROR_STATUS = 400


class Headers(Mapping[str, str]):
    """Headers by name, whatever the case; the first, where a name comes more than once."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[bytes, bytes]]) -> None:
        self.pairs = pairs
        """As they came."""

    def __getitem__(self, name: str) -> str:
        wanted = name.lower().encode("latin-1")
        for key, value in self.pairs:
            if key.lower() == wanted:
                return value.decode("latin-1")
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(key.decode("latin-1").lower() for key, _ in self.pairs))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def decoded(self) -> list[tuple[str, str]]:
        """Return all of them as text, in the order in which they came."""
        return [(key.decode("latin-1"), value.decode("latin-1")) for key, value in self.pairs]


class Response:
    """An answer; or, with `status_code` 0 and `error`, why there is none.

    `sent_s` and `ended_s` are on the machine's monotonic clock.
    """

    __slots__ = (
        "content",
        "ended_s",
        "error",
        "headers",
        "method",
        "name",
        "outcome",
        "path",
        "sent_s",
        "status_code",
    )

    def __init__(self, method: str, path: str, name: str) -> None:
        self.method = method
        self.path = path
        self.name = name
        self.status_code = 0
        self.headers = Headers([])
        self.content = b""
        self.error: Exception | None = None
        self.outcome = OK
        self.sent_s = 0.0
        self.ended_s = 0.0

    @property
    def ok(self) -> bool:
        """Whether an answer with a status below 400 came."""
        return 0 < self.status_code < _FIRST_ERROR_STATUS

    @property
    def text(self) -> str:
        """The body as text; UTF-8, unless its content type says otherwise."""
        _, _, charset = self.headers.get("content-type", "").partition("charset=")
        try:
            return self.content.decode(charset.split(";")[0].strip("\"' ") or "utf-8", "replace")
        except LookupError:
            return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the body, read as JSON."""
        return json.loads(self.content)

    @property
    def service_s(self) -> float:
        """Seconds from the send to the last byte."""
        return self.ended_s - self.sent_s

    @property
    def elapsed(self) -> timedelta:
        """The service time, in the manner of `requests`."""
        return timedelta(seconds=self.service_s)


class CheckedResponse(Response):
    """A response that its `with` block judges; recorded when the block ends."""

    __slots__ = ("_record",)

    _record: Callable[[Response], None]

    @classmethod
    def of(cls, response: Response, record: Callable[[Response], None]) -> Self:
        """Return a response that calls `record` when it was judged."""
        checked = cls(response.method, response.path, response.name)
        for field in Response.__slots__:
            setattr(checked, field, getattr(response, field))
        checked._record = record
        return checked

    def success(self) -> None:
        """Count this as a success, whatever its status."""
        if self.error is None:
            self.outcome = OK

    def failure(self, reason: object) -> None:  # noqa: ARG002 - the interface is Locust's
        """Count this as a failed check, if it has not failed otherwise."""
        if self.outcome == OK:
            self.outcome = CHECK_FAILED

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _: type[BaseException] | None,
        raised: BaseException | None,
        __: TracebackType | None,
    ) -> None:
        if isinstance(raised, Exception):  # not: the user was stopped inside of the block
            self.failure(raised)
        self._record(self)
