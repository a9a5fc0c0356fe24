"""TELECINE_CA_FILE: receivers under a private authority are trusted, and a bad file is refused at start."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from telecine.delivery.sender import Sender
from telecine.delivery.trust import trusting
from telecine.shared.errors import Refusal
from tests.customer import Customer
from tests.delivery.receivers import OK, answering, receiving, webhook
from tests.house import OpenHouse
from tests.waiting import until


def openssl(*arguments: str | Path) -> None:
    command = shutil.which("openssl")
    assert command, "these tests need the openssl command"
    subprocess.run([command, *map(str, arguments)], check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority of one's own (ca.pem), and a server's certificate under it."""
    folder = tmp_path_factory.mktemp("authority")
    key: list[str | Path] = [
        "-nodes",
        "-days",
        "2",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
    ]
    names: list[str | Path] = ["-subj", "/CN=receiver", "-addext", "subjectAltName=IP:127.0.0.1"]
    request: list[str | Path] = [
        "req",
        "-x509",
        *key,
        "-subj",
        "/CN=our own",
        "-keyout",
        folder / "ca.key",
    ]
    openssl(*request, "-out", folder / "ca.pem")
    server: list[str | Path] = ["-keyout", folder / "server.key", "-out", folder / "server.csr"]
    openssl("req", *key[:1], *key[3:], *names, *server)
    signing: list[str | Path] = [
        "-CA",
        folder / "ca.pem",
        "-CAkey",
        folder / "ca.key",
        "-CAcreateserial",
    ]
    made: list[str | Path] = [
        "-in",
        folder / "server.csr",
        "-out",
        folder / "server.pem",
        "-days",
        "2",
    ]
    openssl("x509", "-req", *made, *signing, "-copy_extensions", "copy")
    return folder


def server(authority: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "server.pem", authority / "server.key")
    return context


async def test_a_receiver_under_a_private_authority_is_trusted_through_the_file_alone(
    authority: Path,
) -> None:
    async with receiving(answering(OK), tls=server(authority)) as receiver:
        async with Sender(tls=trusting(authority / "ca.pem")) as trustful:
            trusted = await trustful.send(webhook(receiver))
        async with Sender(tls=trusting(None)) as wary:
            unknown = await wary.send(webhook(receiver))

    assert trusted.success
    assert unknown.error == "tls"


async def test_a_house_sends_its_webhooks_there(open_house: OpenHouse, authority: Path) -> None:
    async with (
        receiving(answering(OK), tls=server(authority)) as receiver,
        open_house(ca_file=authority / "ca.pem") as house,
    ):
        customer = Customer(house.http)
        endpoint = await customer.endpoint(receiver.url)
        await customer.upload()
        found = await customer.ended(endpoint, "succeeded")
        await until(lambda: receiver.requests)

    assert found["attempts"][0]["tls_ms"] > 0


def test_the_file_stands_beside_the_systems_authorities(authority: Path) -> None:
    alone, both = trusting(None), trusting(authority / "ca.pem")

    assert both.cert_store_stats()["x509"] == alone.cert_store_stats()["x509"] + 1
    assert both.verify_mode is ssl.CERT_REQUIRED
    assert both.check_hostname


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "No such file"),
        (b"", "no PEM certificate"),
        (b"\x00\xff not a certificate", "no PEM certificate"),
        (b"-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----\n", "PEM certificate"),
    ],
    ids=["missing", "empty", "bytes", "broken"],
)
def test_a_file_without_a_certificate_is_refused(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(Refusal) as refusal:
        trusting(path)

    assert why in refusal.value.message
    assert "TELECINE_CA_FILE" in refusal.value.message
    assert str(path) in refusal.value.message


async def test_a_folder_in_place_of_the_file_keeps_the_house_from_starting(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    with pytest.raises(Refusal, match="TELECINE_CA_FILE"):
        async with open_house(ca_file=tmp_path):
            raise AssertionError("it started")
