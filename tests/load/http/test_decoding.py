from __future__ import annotations

import gzip
import zlib
from typing import Any

import pytest

from bench.load.http.client_options import ClientOptions
from bench.load.http.decoding import ACCEPTED, decode
from bench.load.http.outcomes import BadResponseError

TEXT = b"the same again, " * 100


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(TEXT, mtime=0)),
        ("X-GZIP", gzip.compress(TEXT[:50], mtime=0) + gzip.compress(TEXT[50:], mtime=0)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
        ("deflate, gzip", gzip.compress(zlib.compress(TEXT), mtime=0)),
        ("identity", TEXT),
        ("", TEXT),
        ("of-no-known-kind", TEXT),
        ("gzip", b""),
    ],
)
def test_a_body_is_unpacked_as_its_header_says(encoding: str, body: bytes) -> None:
    assert decode(body, encoding) == (TEXT if body else b"")


def test_brotli_is_unpacked_where_it_is_installed() -> None:
    brotli = pytest.importorskip("brotli")
    assert decode(brotli.compress(TEXT), "br") == TEXT
    with pytest.raises(BadResponseError):
        decode(b"no brotli", "br")


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"no gzip"),
        ("gzip", gzip.compress(TEXT, mtime=0)[:-9]),
        ("deflate", b"no zlib either"),
        ("deflate", zlib.compress(TEXT)[:-9]),
    ],
)
def test_a_body_that_is_something_else_or_half_is_a_bad_response(
    encoding: str, body: bytes
) -> None:
    with pytest.raises(BadResponseError, match=f"the body is not {encoding}"):
        decode(body, encoding)


def packed(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


def test_compression_is_asked_for_only_where_it_is_wanted(play: Any) -> None:
    seen: list[bytes] = []
    scene = play(
        play.answering(packed(gzip.compress(TEXT, mtime=0)), seen=seen),
        options=ClientOptions(compression=True),
    )
    response = scene.client.get("/")
    assert f"Accept-Encoding: {ACCEPTED}\r\n".encode() in seen[0]
    assert response.content == TEXT
    assert response.bytes_received == len(packed(gzip.compress(TEXT, mtime=0)))
    plain = play(play.answering(packed(gzip.compress(TEXT, mtime=0)), seen=seen))
    assert plain.client.get("/").content == TEXT
    assert b"Accept-Encoding" not in seen[1]


def test_an_accept_encoding_of_ones_own_is_kept() -> None:
    options = ClientOptions(compression=True, headers={"accept-encoding": "br"})
    assert options.all_headers() == {"accept-encoding": "br"}


def test_a_body_that_cannot_be_unpacked_is_an_error(play: Any) -> None:
    scene = play(play.answering(packed(b"no gzip"), packed(gzip.compress(TEXT, mtime=0))))
    response = scene.client.get("/")
    assert (response.outcome, response.status_code, response.ok) == ("bad-response", 200, False)
    assert scene.client.get("/").content == TEXT
    assert scene.log.reconnects == 0
