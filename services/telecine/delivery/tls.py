"""TLS over bytes: what came in goes through here to be read, what goes out to be sealed. No I/O.

The loop's own TLS hides when the handshake began, keeps the receiver's alerts to itself and waits
for goodbyes that never come. Here the connection holds both ends of it.
"""

import ssl
from contextlib import suppress

_PIECE = 64 * 1024


class Ended(Exception):
    """The receiver has said goodbye."""


class Tls:
    """A client's side of one TLS connection."""

    def __init__(self, context: ssl.SSLContext, server_name: str) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._object = context.wrap_bio(
            self._incoming, self._outgoing, server_hostname=server_name
        )
        self.stands = False

    def outgoing(self) -> bytes:
        """Answer what is to be sent now, if anything."""
        return self._outgoing.read()

    def came(self, data: bytes) -> None:
        """Take in bytes from the wire."""
        self._incoming.write(data)

    def shake(self) -> bool:
        """Go on with the handshake as far as it goes; answers whether TLS stands. Raises SSLError."""
        try:
            self._object.do_handshake()
        except ssl.SSLWantReadError:
            return False
        self.stands = True
        return True

    def seal(self, data: bytes) -> bytes:
        """Answer bytes as they go over the wire. Raises SSLError."""
        self._object.write(data)
        return self._outgoing.read()

    def read(self) -> bytes:
        """Answer some of what the receiver said; empty: nothing for now. Raises SSLError, Ended."""
        try:
            data = self._object.read(_PIECE)
        except ssl.SSLWantReadError:
            return b""
        except ssl.SSLZeroReturnError as error:
            raise Ended from error
        if not data:
            raise Ended
        return data

    def goodbye(self) -> bytes:
        """Answer how to take leave."""
        with suppress(ssl.SSLError, ValueError):  # it wants the other side's, too: nobody waits
            self._object.unwrap()
        return self._outgoing.read()
