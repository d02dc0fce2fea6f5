from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from bench.errors import ServiceError
from bench.execution.services.external_postgres import plain_url, with_search_path


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_every_way_to_write_the_scheme_becomes_the_plain_one(scheme: str) -> None:
    assert plain_url(f" {scheme}://me:secret@db:5433/shop?a=b\n") == (
        "postgresql://me:secret@db:5433/shop?a=b"
    )


@pytest.mark.parametrize(
    "url", ["", "secret", "mysql://me:secret@db/shop", "postgresql://me:secret@db:port/shop"]
)
def test_what_is_no_address_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(ServiceError) as raised:
        plain_url(url)
    assert "secret" not in raised.value.message + raised.value.hint


def test_the_search_path_joins_the_options_that_were_given() -> None:
    url = with_search_path("postgresql://db/shop?options=-cjit%3Doff&sslmode=disable", "ours")
    assert parse_qs(urlsplit(url).query) == {
        "options": ["-cjit=off -csearch_path=ours"],
        "sslmode": ["disable"],
    }
    assert "+" not in url  # libpq reads it as a plus
