"""What this client can't do, and what does it instead: said, never ignored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Never


class UnsupportedOptionError(ValueError):
    """A scenario asks for something that Locust's client has and this one has not."""


_NO_PROXY: Final = "a proxy would be measured in the target's place; make it the target"
_NOT_IN_REQUESTS: Final = {
    "stream": "the body is always read, since its time belongs to the response. "
    "Streams of events are measured by a declared stream",
    "files": "encode the form yourself, and pass data= and its Content-Type in headers=",
    "verify": "set `insecure = False` on the user class to have certificates verified",
    "cert": "give the user class an `ssl_context_factory` that loads it",
    "proxies": _NO_PROXY,
    "cookies": "set them in self.client.cookies, or in headers=",
    "hooks": "listen to locust.events.request",
}
_NOT_IN_CLASSES: Final[Mapping[str, tuple[Any, str]]] = {
    "max_retries": (0, "no request is sent twice: a retry would hide an error"),
    "concurrency": (
        10,
        "a user has as many connections as requests under way; limit those by a gevent pool",
    ),
    "client_pool": (None, "each user has connections of its own"),
    "proxy_host": (None, _NO_PROXY),
    "proxy_port": (None, _NO_PROXY),
}


def refuse_request_options(options: Mapping[str, Any]) -> None:
    """Refuse the options of a request that are not known; those that ask for nothing may stay.

    Raises:
        UnsupportedOptionError: names the option, and what to do instead.
        TypeError: nobody knows the option.
    """
    for name, value in options.items():
        if name not in _NOT_IN_REQUESTS:
            raise TypeError(f"a request has no option {name!r}")
        if value:
            raise UnsupportedOptionError(
                f"a request's {name}= is not supported: {_NOT_IN_REQUESTS[name]}"
            )


def refuse_class_options(user_class: type[Any]) -> None:
    """Refuse attributes of a user class that would have no effect.

    Raises:
        UnsupportedOptionError: names the attribute, and what to do instead.
    """
    for name, (neutral, instead) in _NOT_IN_CLASSES.items():
        value = getattr(user_class, name, neutral)
        if value != neutral:
            raise UnsupportedOptionError(
                f"{user_class.__name__}.{name} = {value!r} is not supported: {instead}"
            )


def refuse_streaming() -> Never:
    """Refuse to hand out an answer piece by piece.

    Raises:
        UnsupportedOptionError: always.
    """
    raise UnsupportedOptionError(f"iter_lines is not supported: {_NOT_IN_REQUESTS['stream']}")
