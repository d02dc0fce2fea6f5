"""Sameness: do two variants answer the same seeded requests alike?"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from bench.analysis.json_paths import MISSING, JsonPath, find_json_differences, remove_paths
from bench.model.answers import Answer, Difference

TRANSPORT_HEADERS: Final = frozenset(
    {
        "connection",
        "content-length",
        "date",
        "keep-alive",
        "proxy-connection",
        "server",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    }
)
"""Headers that servers and proxies set on their own account, whatever the service says.

`content-length` is how a server frames a body that is compared anyway. `vary` is not among them: it
comes from the service's own middleware, and says for whom an answer is good.
"""

_SHOWN_CHARACTERS: Final = 80
_SHOWN_JSON_DIFFERENCES: Final = 5
"""Of one body; two different documents may differ in every value."""

_SERVER_ERROR: Final = 500


def find_differences(
    reference: Sequence[Answer], other: Sequence[Answer], ignore: Sequence[str]
) -> tuple[Difference, ...]:
    """Compare answers one by one: request, status, headers, body.

    Bodies are the same if their bytes are, or if both are JSON by content type and equal as JSON
    after what is ignored was taken out. Headers are compared by value, apart from the transport's.

    Args:
        reference: the answers of one variant, in the order of their requests.
        other: those of another variant.
        ignore: what may differ: `header:NAME`, `json:$.path[*].field`, or `body`.

    Raises:
        ValueError: something in `ignore` can't be understood.
    """
    exempt = _read_exemptions(ignore)
    differences = [
        difference
        for left, right in zip(reference, other, strict=False)
        for difference in _compare_answers(left, right, exempt)
    ]
    if len(reference) != len(other):
        counts = str(len(reference)), str(len(other))
        differences.append(_differ("all requests", "number of requests", *counts))
    return tuple(differences)


def all_failed(answers: Sequence[Answer]) -> str | None:
    """Describe the first failure if every answer is an error or a 5xx; None: some are not."""
    if not answers or not all(_is_failure(answer) for answer in answers):
        return None
    first = answers[0]
    if first.status is None:
        return f"{_label(first)} got no answer: {first.error or 'no reason given'}"
    body = _excerpt(base64.b64decode(first.body_base64))
    return f"{_label(first)} answered {first.status} {body}"


@dataclass(frozen=True, slots=True)
class _Exemptions:
    headers: frozenset[str]
    paths: tuple[JsonPath, ...]
    body: bool


def _read_exemptions(ignore: Sequence[str]) -> _Exemptions:
    headers, paths, body = set(TRANSPORT_HEADERS), [], False
    for text in ignore:
        kind, _, rest = text.partition(":")
        if kind == "header" and rest:
            headers.add(rest.strip().lower())
        elif kind == "json":
            paths.append(JsonPath(rest))
        elif text == "body":
            body = True
        else:
            raise ValueError(
                f"{text!r} can't be ignored; write header:NAME, json:$.path.to[*].field, or body"
            )
    return _Exemptions(frozenset(headers), tuple(paths), body)


def _compare_answers(left: Answer, right: Answer, exempt: _Exemptions) -> Iterator[Difference]:
    if _label(left) != _label(right):
        yield _differ(_label(left), "request", _label(left), _label(right))
    elif left.status != right.status:
        yield _differ(_label(left), "status", _describe_status(left), _describe_status(right))
    else:
        yield from _compare_headers(left, right, exempt)
        if not exempt.body:
            yield from _compare_bodies(left, right, exempt)


def _compare_headers(left: Answer, right: Answer, exempt: _Exemptions) -> Iterator[Difference]:
    ours, theirs = _headers(left), _headers(right)
    for name in sorted((ours.keys() | theirs.keys()) - exempt.headers):
        if ours.get(name) != theirs.get(name):
            values = (_show_header(ours.get(name)), _show_header(theirs.get(name)))
            yield _differ(_label(left), f"header {name}", *values)


def _compare_bodies(left: Answer, right: Answer, exempt: _Exemptions) -> Iterator[Difference]:
    ours, theirs = base64.b64decode(left.body_base64), base64.b64decode(right.body_base64)
    if ours == theirs:
        return
    documents = _read_json(left, ours), _read_json(right, theirs)
    if documents[0] is None or documents[1] is None:
        yield _differ(_label(left), "body", _excerpt(ours), _excerpt(theirs))
        return
    stripped = (remove_paths(document[0], exempt.paths) for document in documents if document)
    for path, one, two in islice(find_json_differences(*stripped), _SHOWN_JSON_DIFFERENCES):
        yield _differ(_label(left), f"json {path}", _show_json(one), _show_json(two))


def _headers(answer: Answer) -> dict[str, tuple[str, ...]]:
    headers: dict[str, tuple[str, ...]] = {}
    for name, value in answer.headers:
        headers[name.lower()] = (*headers.get(name.lower(), ()), value.strip())
    return headers


def _read_json(answer: Answer, body: bytes) -> tuple[Any] | None:
    """Return the document in a tuple of one, since a document may well be null."""
    media_type = "".join(_headers(answer).get("content-type", ())).partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        return None
    try:
        # NaN is no JSON, but some serialisers write it; as text it equals itself.
        return (json.loads(body, parse_constant=str),)
    except (ValueError, RecursionError):
        return None


def _is_failure(answer: Answer) -> bool:
    return answer.status is None or answer.status >= _SERVER_ERROR


def _label(answer: Answer) -> str:
    return f"{answer.method} {answer.path}"


def _describe_status(answer: Answer) -> str:
    return str(answer.status) if answer.status is not None else f"no answer ({answer.error})"


def _show_header(values: tuple[str, ...] | None) -> str:
    return "none" if values is None else _shorten(", ".join(values))


def _show_json(value: Any) -> str:
    if isinstance(value, dict):
        return f"an object of {len(value)} members"
    if isinstance(value, list):
        return f"a list of {len(value)} elements"
    return _shorten(repr(value) if value is MISSING else json.dumps(value, ensure_ascii=False))


def _excerpt(body: bytes) -> str:
    return _shorten(" ".join(body.decode("utf-8", errors="replace").split())) or "(no body)"


def _shorten(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"


def _differ(request: str, where: str, reference: str, other: str) -> Difference:
    return Difference(request=request, where=where, reference=reference, other=other)
