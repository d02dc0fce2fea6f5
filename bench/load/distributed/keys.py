"""Keys: what a run's token makes of itself, so that only those who know it can speak at all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import zmq
from zmq.utils import z85

from bench.load.failure import DriverFailure

TOKEN_VARIABLE: Final = "PAIRBENCH_TOKEN"  # noqa: S105 - the name of one
"""Not an option: command lines can be read by everyone on a machine, environments can't."""

LEAST_CHARACTERS: Final = 12

_SALT: Final = b"pairbench run token"
_COST: Final = 2**14
"""Of scrypt: 16 MiB and some 50 ms, so that a token that people made up is not guessed at speed."""


@dataclass(frozen=True, slots=True)
class Keys:
    """A pair of CURVE keys, in the 40 characters that ZeroMQ takes."""

    public: bytes
    secret: bytes


def derive_keys(token: str) -> Keys:
    """Return the master's keys: who knows the token knows them, and nobody else."""
    secret = z85.encode(
        hashlib.scrypt(token.encode(), salt=_SALT, n=_COST, r=8, p=1, maxmem=2**26, dklen=32)
    )
    return Keys(public=zmq.curve_public(secret), secret=secret)


def make_keys() -> Keys:
    """Return new keys, as each worker has for itself."""
    public, secret = zmq.curve_keypair()
    return Keys(public=public, secret=secret)


def read_token(variables: Mapping[str, str]) -> str:
    """Return the run's token.

    Raises:
        DriverFailure: there is none, or a very short one.
    """
    token = variables.get(TOKEN_VARIABLE, "").strip()
    if len(token) < LEAST_CHARACTERS:
        raise DriverFailure(
            "fleet",
            f"{TOKEN_VARIABLE} holds {'no token' if not token else 'a token that is too short'}; "
            f"it takes the run's token, of {LEAST_CHARACTERS} characters at least.",
        )
    return token
