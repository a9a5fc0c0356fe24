"""Every hostile receiver with TLS: what goes on record, and that nobody's goodbye is waited for."""

import ipaddress
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from telecine.delivery.sender import Sender
from tests.delivery.hostile.behaviour import Hostile, ids, meet
from tests.delivery.hostile.certificates import DAY, Certificate, self_signed
from tests.delivery.hostile.handshakes import BEFORE, WITHIN
from tests.delivery.hostile.loops import anyio_backend
from tests.delivery.receivers import OK, answering, receiving, webhook
from tests.waiting import until

__all__ = ["anyio_backend"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def good(folder: Path) -> Certificate:
    return self_signed(folder, "good")


@pytest.mark.parametrize("hostile", BEFORE, ids=ids(BEFORE))
async def test_of_a_bad_handshake(
    hostile: Hostile, monkeypatch: pytest.MonkeyPatch, good: Certificate
) -> None:
    outcome = await meet(hostile, monkeypatch, client=good.trusted())

    assert outcome.timings.connect_ms is not None
    assert outcome.timings.tls_ms is None


@pytest.mark.parametrize("hostile", WITHIN, ids=ids(WITHIN))
async def test_of_a_bad_receiver_over_good_tls(
    hostile: Hostile, monkeypatch: pytest.MonkeyPatch, good: Certificate
) -> None:
    outcome = await meet(hostile, monkeypatch, server=good.server(), client=good.trusted())

    assert outcome.timings.tls_ms is not None


@pytest.mark.parametrize(
    ("name", "subject", "begins", "ends", "says"),
    [
        ("expired", "127.0.0.1", -2 * DAY, -DAY, "certificate has expired"),
        ("of tomorrow", "127.0.0.1", DAY, 2 * DAY, "certificate is not yet valid"),
        ("of another address", "127.0.0.2", -DAY, DAY, "127.0.0.1"),
        ("of a name", "somebody.else", -DAY, DAY, "127.0.0.1"),
    ],
)
async def test_of_a_bad_certificate(
    folder: Path, *, name: str, subject: str, begins: timedelta, ends: timedelta, says: str
) -> None:
    made = self_signed(folder, name, subject=_general(subject), begins=begins, ends=ends)
    async with (
        receiving(answering(OK), tls=made.server()) as receiver,
        Sender(tls=made.trusted()) as sender,
    ):
        outcome = await sender.send(webhook(receiver))
        await until(lambda: not receiver.open)

    assert (outcome.error, outcome.status, outcome.address) == ("tls", None, receiver.address)
    assert says in outcome.message
    assert receiver.requests == [], "not a byte of the webhook goes to who is not the host"


async def test_certificate_is_held_against_the_urls_name_and_not_the_address(folder: Path) -> None:
    async def names(host: str) -> list[str]:
        return ["127.0.0.1"]

    made = self_signed(folder, "name", subject=x509.DNSName("hook.invalid"))
    async with (
        receiving(answering(OK), tls=made.server()) as receiver,
        Sender(tls=made.trusted(), resolver=names) as sender,
    ):
        by_name = await sender.send(webhook(receiver.url.replace("127.0.0.1", "hook.invalid")))
        by_other = await sender.send(webhook(receiver.url.replace("127.0.0.1", "other.invalid")))
        by_address = await sender.send(webhook(receiver))

    assert by_name.success
    assert (by_other.error, by_address.error) == ("tls", "tls")


async def test_plain_http_to_a_tls_port_is_no_answer(good: Certificate, sender: Sender) -> None:
    async with receiving(answering(OK), tls=good.server()) as receiver:
        outcome = await sender.send(webhook(receiver.url.replace("https:", "http:")))

    assert (outcome.error, outcome.status) in {("reset", None), ("protocol", None)}
    assert receiver.requests == []


def _general(subject: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(subject))
    except ValueError:
        return x509.DNSName(subject)
