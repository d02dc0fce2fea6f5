"""The blocking way to ask the upstream: `requests`, one session for the whole process."""

from __future__ import annotations

import requests
from requests.adapters import HTTPAdapter

from targets.blocking_call.upstream import MAX_CONNECTIONS, TIMEOUT_S, UPSTREAM_URL


def fetch() -> bytes:
    """Return the upstream's answer; the calling thread does nothing else until it is there."""
    answer = _session.get(UPSTREAM_URL, timeout=TIMEOUT_S)
    answer.raise_for_status()
    return answer.content


def _new_session() -> requests.Session:
    session = requests.Session()
    # Otherwise requests looks for proxies and .netrc at every call, and httpx only once.
    session.trust_env = False
    session.mount("http://", HTTPAdapter(pool_maxsize=MAX_CONNECTIONS))
    return session


_session = _new_session()
