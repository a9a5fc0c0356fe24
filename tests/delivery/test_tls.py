"""TLS over bytes: both ends of it in memory."""

import ssl
from contextlib import suppress

import pytest

from telecine.delivery.tls import Ended, Tls
from tests.delivery.hostile.certificates import Certificate, self_signed


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return self_signed(tmp_path_factory.mktemp("certificates"), "good")


class Server:
    """The other end."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)

    def shake(self) -> None:
        with suppress(ssl.SSLWantReadError):
            self.tls.do_handshake()


def standing(good: Certificate, step: int | None = None) -> tuple[Tls, Server]:
    """A client and a server that have shaken hands; `step` bytes at a time, if given."""
    client, server = Tls(good.trusted(), "127.0.0.1"), Server(good.server())
    while not client.stands:
        client.shake()
        server.incoming.write(client.outgoing())
        server.shake()
        said = server.outgoing.read()
        for at in range(0, len(said), step or len(said) or 1):
            client.came(said[at : at + (step or len(said))])
            if not client.stands:
                client.shake()
    server.incoming.write(client.outgoing())
    server.shake()
    client.came(server.outgoing.read())
    return client, server


@pytest.mark.parametrize("step", [None, 1])
def test_what_is_sealed_is_read_at_the_other_end_and_back(
    good: Certificate, step: int | None
) -> None:
    client, server = standing(good, step)

    server.incoming.write(client.seal(b"ping"))
    assert server.tls.read(100) == b"ping"
    server.tls.write(b"pong")
    client.came(server.outgoing.read())
    assert client.read() == b"pong"
    assert client.read() == b""


def test_goodbye_is_heard_at_the_other_end(good: Certificate) -> None:
    client, server = standing(good)

    server.incoming.write(client.goodbye())

    assert server.tls.read(100) == b"", "the end, and not a broken line"


def test_goodbye_of_the_other_end_is_an_end(good: Certificate) -> None:
    client, server = standing(good)
    with pytest.raises(ssl.SSLWantReadError):
        server.tls.unwrap()
    client.came(server.outgoing.read())

    with pytest.raises(Ended):
        client.read()


def test_changed_byte_is_an_error(good: Certificate) -> None:
    client, server = standing(good)
    server.tls.write(b"pong")
    said = bytearray(server.outgoing.read())
    said[-1] ^= 1
    client.came(bytes(said))

    with pytest.raises(ssl.SSLError):
        client.read()
