"""What a request returns: a response, or the error that came instead."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Never, Self

from bench.load.http.outcomes import CHECK_FAILED, FIRST_ERROR_STATUS, OK, BadStatusError
from bench.load.http.reasons import reason_of, reason_of_raised, reason_of_status

if TYPE_CHECKING:
    from types import TracebackType

    from bench.load.http.request_log import RequestLog

# Known by name, since importing Locust patches the standard library.
_LOCUSTS_STEERING: Final = frozenset(
    {"StopUser", "StopTest", "RescheduleTask", "RescheduleTaskImmediately", "InterruptTaskSet"}
)


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

    def all(self, name: str) -> list[str]:
        """Return all values of a header, in the order in which they came."""
        return [value for key, value in self.decoded() if key.lower() == name.lower()]

    def decoded(self) -> list[tuple[str, str]]:
        """Return all of them as text, in the order in which they came."""
        return [(key.decode("latin-1"), value.decode("latin-1")) for key, value in self.pairs]


_NO_HEADERS: Final = Headers([])


class RequestAsSent:
    """A request, for those who look at `response.request`."""

    def __init__(self, url: str, sent: bytes) -> None:
        head, _, body = sent.partition(b"\r\n\r\n")
        line, *lines = head.split(b"\r\n")
        self.method = line.partition(b" ")[0].decode()
        self.url = url
        self.body = body
        pairs = [one.partition(b": ") for one in lines]
        self.headers = Headers([(name, value) for name, _, value in pairs])


class Response:
    """An answer; or, with `error`, why there is none that could be used.

    `sent_s` and `ended_s` are on the machine's monotonic clock. What is defined here holds until
    an answer came: an attribute that isn't set costs nothing.
    """

    status_code = 0
    headers: Headers = _NO_HEADERS
    content: bytes = b""
    error: Exception | None = None
    outcome: str = OK
    reason: str = ""
    """In words, why it failed; at most 200 characters, all of them printable."""
    bytes_received = 0
    """Of the answers, heads included, compressed as they came; redirects included."""
    sent_s = 0.0
    ended_s = 0.0
    url = ""
    """Of the request that was answered: the last one, where some were redirected."""
    sent = b""
    """The bytes of that request."""
    encoding: str | None = None
    """Of the text; None: as the content type says, else UTF-8."""
    history: Sequence[Response] = ()
    """The redirects that led here."""
    context: Mapping[str, Any] | None = None
    js: Any = None
    """The body, read as JSON, in a block of `rest`."""

    def __init__(self, method: str, path: str, name: str) -> None:
        self.method = method
        self.path = path
        self.name = name

    @property
    def ok(self) -> bool:
        """Whether an answer with a status below 400 came."""
        return self.error is None and 0 < self.status_code < FIRST_ERROR_STATUS

    @property
    def text(self) -> str:
        """The body as text."""
        encoding = self.encoding
        if encoding is None:
            _, _, charset = self.headers.get("content-type", "").partition("charset=")
            encoding = charset.split(";")[0].strip("\"' ")
        try:
            return self.content.decode(encoding or "utf-8", "replace")
        except LookupError:
            return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the body, read as JSON."""
        return json.loads(self.content if self.encoding is None else self.text)

    @property
    def redirects(self) -> int:
        """How many redirects were followed."""
        return len(self.history)

    @property
    def request(self) -> RequestAsSent:
        """The request that was answered."""
        return RequestAsSent(self.url, self.sent)

    @property
    def service_s(self) -> float:
        """Seconds from the send to the last byte, redirects included."""
        return self.ended_s - self.sent_s

    @property
    def elapsed(self) -> timedelta:
        """The service time, in the manner of `requests`."""
        return timedelta(seconds=self.service_s)

    def raise_for_status(self) -> None:
        """Raise what went wrong, if something did.

        Raises:
            BadStatusError: the status tells of an error.
        """
        if self.error is not None:
            raise self.error
        if self.status_code >= FIRST_ERROR_STATUS:
            raise BadStatusError(reason_of_status(self.status_code))

    def fail(self, outcome: str, reason: object, error: Exception | None = None) -> None:
        """Count this as failed."""
        self.outcome = outcome
        self.reason = reason_of(reason)
        self.error = error

    def success(self) -> None:
        """Refuse: only a response of `catch_response=True` can be judged."""
        self._refuse_to_judge()

    def failure(self, reason: object) -> None:
        """Refuse: only a response of `catch_response=True` can be judged."""
        self._refuse_to_judge(reason)

    def __enter__(self) -> Self:
        self._refuse_to_judge()

    def __exit__(
        self,
        _: type[BaseException] | None,
        raised: BaseException | None,
        __: TracebackType | None,
    ) -> None:
        """Do nothing: there was no block."""

    def _refuse_to_judge(self, *_: object) -> Never:
        raise RuntimeError(
            f"{self.name}: a response is judged in a block, as in `with self.client.get(..., "
            "catch_response=True) as response:`"
        )


class CheckedResponse(Response):
    """A response that its `with` block judges; recorded when the block ends."""

    _log: RequestLog
    _request: Any
    _is_in_block = False

    def recorded_by(self, log: RequestLog, request: Any) -> Self:
        """Name the log that is told of this when it was judged."""
        self._log = log
        self._request = request
        return self

    def success(self) -> None:
        """Count this as a success, whatever its status; not, where there is no answer."""
        self._require_block()
        if self.error is None:
            self.outcome = OK
            self.reason = ""

    def failure(self, reason: object) -> None:
        """Count this as a failed check, if it has not failed otherwise."""
        self._require_block()
        if self.outcome == OK:
            self.outcome = CHECK_FAILED
        if self.error is None:
            self.reason = reason_of(reason)

    def __enter__(self) -> Self:
        self._is_in_block = True
        return self

    def __exit__(
        self,
        _: type[BaseException] | None,
        raised: BaseException | None,
        __: TracebackType | None,
    ) -> None:
        # Not where the user was stopped inside of the block, or leaves its task set.
        if isinstance(raised, Exception) and not steers_locust(raised):
            self.failure(reason_of_raised(raised))
        self._is_in_block = False
        self._log.end(self._request, self)

    def _require_block(self) -> None:
        if not self._is_in_block:
            self._refuse_to_judge()


def steers_locust(raised: Exception) -> bool:
    """Return whether raising this tells Locust what to run next, rather than of a failure."""
    return any(
        kind.__module__ == "locust.exception" and kind.__name__ in _LOCUSTS_STEERING
        for kind in type(raised).__mro__
    )
