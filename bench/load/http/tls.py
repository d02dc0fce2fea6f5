"""TLS on bytes alone: what the wire brings goes in, what the peer said comes out, and back."""

from __future__ import annotations

import ssl
from functools import cache
from typing import Final

_CHUNK_BYTES: Final = 65_536


@cache
def unverified_context() -> ssl.SSLContext:
    """Return settings that take any certificate: targets on loopback sign their own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    return context


@cache
def verifying_context() -> ssl.SSLContext:
    """Return settings that take a certificate only if the system trusts it."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


class TlsSession:
    """One side of a TLS connection, without its socket."""

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self.is_over = False
        """Whether nothing more will come."""
        self.is_cut = False
        """Whether it ended without a goodbye."""

    def to_send(self) -> bytes:
        """Return what is to be sent to the peer now."""
        return self._outgoing.read()

    def shake_hands(self, wire: bytes = b"") -> bool:
        """Go on with the handshake; return whether it is done.

        Raises:
            ssl.SSLError: it failed.
        """
        self._incoming.write(wire)
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def encrypt(self, plain: bytes) -> bytes:
        """Return what is to be sent for some bytes."""
        left = memoryview(plain)
        while left:
            left = left[self._tls.write(left) :]
        return self._outgoing.read()

    def decrypt(self, wire: bytes) -> bytes:
        """Return all that is known of what the peer said; no bytes tell that it has closed.

        Raises:
            ssl.SSLError: that was no TLS.
        """
        if wire:
            self._incoming.write(wire)
        else:
            self._incoming.write_eof()
        pieces: list[bytes] = []
        while not self.is_over:
            try:
                piece = self._tls.read(_CHUNK_BYTES)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLZeroReturnError:
                piece = b""
            except ssl.SSLEOFError:
                piece, self.is_cut = b"", True
            self.is_over = not piece
            pieces.append(piece)
        return b"".join(pieces)
