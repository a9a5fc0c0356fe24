"""https: whom the sender trusts, what it says when it does not, and when the handshake stalls."""

import shutil
import ssl
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from telecine.delivery.sender import Sender
from tests.delivery.receivers import OK, Wire, answering, once, receiving, webhook
from tests.waiting import until


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate with its key, as files."""

    certificate: Path
    key: Path

    def server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.certificate)


def self_signed(folder: Path, name: str) -> Certificate:
    """Made by the openssl command: no key lies in the repository, and none can run out."""
    openssl = shutil.which("openssl")
    assert openssl, "these tests need the openssl command"
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    request = ["req", "-x509", "-nodes", "-days", "2"]
    request += ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    request += ["-subj", "/CN=telecine test", "-addext", f"subjectAltName={name}"]
    request += ["-keyout", str(made.key), "-out", str(made.certificate)]
    subprocess.run([openssl, *request], check=True, capture_output=True)
    return made


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return self_signed(tmp_path_factory.mktemp("good"), "IP:127.0.0.1")


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return self_signed(tmp_path_factory.mktemp("other"), "DNS:somebody.else")


async def test_trusted_certificate_is_success_and_its_handshake_is_timed(
    good: Certificate,
) -> None:
    async with (
        receiving(answering(OK), tls=good.server()) as receiver,
        Sender(tls=good.trusted()) as sender,
    ):
        first = await sender.send(webhook(receiver))
        second = await sender.send(webhook(receiver))

    assert first.success
    assert first.address == receiver.address
    assert first.timings.connect_ms is not None
    assert first.timings.tls_ms is not None
    assert 0 < first.timings.tls_ms < first.timings.total_ms
    assert second.success
    assert second.timings.tls_ms is None
    assert receiver.connections == 1


async def test_unknown_certificate_is_a_tls_error(sender: Sender, good: Certificate) -> None:
    async with receiving(answering(OK), tls=good.server()) as receiver:
        outcome = await sender.send(webhook(receiver))

    assert (outcome.error, outcome.status) == ("tls", None)
    assert "self-signed certificate" in outcome.message.replace("self signed", "self-signed")
    assert outcome.address == receiver.address
    assert outcome.timings.connect_ms is not None
    assert outcome.timings.tls_ms is None
    assert receiver.requests == []


async def test_certificate_of_another_host_is_a_tls_error(other: Certificate) -> None:
    async with (
        receiving(answering(OK), tls=other.server()) as receiver,
        Sender(tls=other.trusted()) as sender,
    ):
        outcome = await sender.send(webhook(receiver))

    assert outcome.error == "tls"
    assert "127.0.0.1" in outcome.message
    assert receiver.requests == []


async def test_receiver_that_wants_our_certificate_is_a_tls_error(good: Certificate) -> None:
    demanding = good.server()
    demanding.verify_mode = ssl.CERT_REQUIRED

    async def demands(wire: Wire) -> None:  # by hand: asyncio's server keeps the alert to itself
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = demanding.wrap_bio(incoming, outgoing, server_side=True)
        with suppress(ssl.SSLError):
            while chunk := await wire.reader.read(65536):
                incoming.write(chunk)
                with suppress(ssl.SSLWantReadError):
                    tls.do_handshake()
                await wire.say(outgoing.read())
        await wire.say(outgoing.read())
        await wire.until_closed()

    async with receiving(demands) as receiver, Sender(tls=good.trusted()) as sender:
        outcome = await sender.send(webhook(receiver.url.replace("http:", "https:")))

    assert (outcome.error, outcome.status) == ("tls", None)
    assert "certificate required" in outcome.message


async def test_https_to_a_plain_port_is_a_tls_error(sender: Sender) -> None:
    async def plain(wire: Wire) -> None:
        await wire.reader.read(1)
        await wire.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await wire.until_closed()

    async with receiving(plain) as receiver:
        outcome = await sender.send(webhook(receiver.url.replace("http:", "https:")))
        await until(lambda: not receiver.open)

    assert (outcome.error, outcome.status) == ("tls", None)
    assert outcome.message.startswith(f"no TLS with {receiver.address}: ")


async def test_handshake_that_is_broken_off_is_a_tls_error(sender: Sender) -> None:
    async def hangs_up(wire: Wire) -> None:
        await wire.reader.read(1)
        wire.reset()

    async with receiving(hangs_up) as receiver:
        outcome = await sender.send(webhook(receiver.url.replace("http:", "https:")))

    assert outcome.error == "tls"
    assert outcome.message.startswith(f"{receiver.address} broke off the TLS handshake")


async def test_handshake_that_stalls_is_cut_by_the_deadline(sender: Sender) -> None:
    async with receiving(Wire.until_closed) as receiver:
        url = receiver.url.replace("http:", "https:")
        outcome = await sender.send(webhook(url, timeout=1))
        await until(lambda: not receiver.open)

    assert outcome.error == "timeout"
    assert outcome.message == f"no TLS handshake with {receiver.address} within 1 s"
    assert outcome.timings.connect_ms is not None


async def test_unread_answer_over_tls_is_let_go_at_once(good: Certificate) -> None:
    flood = once(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 10_000_000)
    async with (
        receiving(flood, tls=good.server()) as receiver,
        Sender(tls=good.trusted()) as sender,
    ):
        outcome = await sender.send(webhook(receiver))
        await until(lambda: not receiver.open)

    assert (outcome.success, outcome.truncated) == (True, True)
