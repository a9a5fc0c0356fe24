"""One hostile receiver: what it does with a connection, and what must be on record for it."""

import ssl
from dataclasses import dataclass, replace
from datetime import timedelta
from time import perf_counter

import pytest

from telecine.delivery import verdict
from telecine.delivery.connection import Connection
from telecine.delivery.outcome import BODY_CAP, HEADERS_CAP, Outcome
from telecine.delivery.sender import Sender
from telecine.shared.contracts.delivery import ErrorClass
from telecine.shared.time.virtual_time import wall_now
from tests.delivery.receivers import Receiver, Script, receiving, webhook
from tests.waiting import until

SHORT = 0.3  # seconds: the deadline of those that end by it
#: Nobody is listened to for longer, in bytes: the limits of reading.py, and one read of the loop.
MOST_BYTES = 800 * 1024
DAY = timedelta(days=1)
SLACK = 5.0  # seconds beside a deadline: other tests share the machine


@dataclass(frozen=True)
class Hostile:
    """A behaviour by name, and what the sender says of it.

    `says` must stand in the message; `{address}` in it is the receiver's. `times`: how many webhooks
    are sent in turn; the record is the last one's.
    """

    name: str
    script: Script
    error: ErrorClass | None
    status: int | None = None
    says: str = ""
    body: bytes | None = b""  # None: not compared
    truncated: bool = False
    length: int | None = None
    times: int = 1
    connections: int = 1
    reused: bool = False
    kept: bool = False  # whether its connection may be used again
    sent: bytes = b"{}"  # the webhook's body
    timeout: float = 10.0
    plain_url: bool = True

    def slow(self, timeout: float = SHORT) -> "Hostile":
        """The same, as what ends by its deadline."""
        return replace(self, timeout=timeout)


def ids(behaviours: list[Hostile]) -> list[str]:
    return [each.name for each in behaviours]


async def meet(
    hostile: Hostile,
    monkeypatch: pytest.MonkeyPatch,
    *,
    server: ssl.SSLContext | None = None,
    client: ssl.SSLContext | None = None,
    buffer: int | None = None,
) -> Outcome:
    """Send to a hostile receiver, and hold all that can be held against what is expected of it."""
    heard = _count_bytes(monkeypatch)
    async with (
        receiving(hostile.script, tls=server, buffer=buffer) as receiver,
        Sender(tls=client) as sender,
    ):
        url = receiver.url if hostile.plain_url else receiver.url.replace("http:", "https:")
        began = perf_counter()
        for _ in range(hostile.times):
            outcome = await sender.send(webhook(url, body=hostile.sent, timeout=hostile.timeout))
        took = perf_counter() - began
        if not hostile.kept:
            await until(lambda: not receiver.open)
        judge(hostile, outcome, receiver)
        assert took < hostile.timeout * hostile.times + SLACK
        assert sum(heard) <= MOST_BYTES * hostile.times
    return outcome


def judge(hostile: Hostile, outcome: Outcome, receiver: Receiver) -> None:
    """What is on record is what the behaviour says, within what any record may hold."""
    assert (outcome.error, outcome.status) == (hostile.error, hostile.status), outcome.message
    assert (outcome.truncated, outcome.length) == (hostile.truncated, hostile.length)
    if hostile.body is not None:
        assert outcome.body == hostile.body
    assert hostile.says.format(address=receiver.address) in outcome.message
    assert outcome.success is (hostile.error is None)
    assert (outcome.address, outcome.reused) == (receiver.address, hostile.reused)
    assert receiver.connections == hostile.connections
    bounded(outcome)


def bounded(outcome: Outcome) -> None:
    """A record is small, and text that any store and page takes; what it asks for has a bound."""
    asked = verdict.judge(outcome, wall_now, DAY).retry_after
    assert asked is None or timedelta(0) <= asked <= DAY
    assert len(outcome.body) <= BODY_CAP
    assert sum(len(name) + len(value) for name, value in outcome.headers) <= 3 * HEADERS_CAP
    assert len(outcome.message) < 400
    assert len(outcome.reason) <= 300
    texts = [outcome.message, outcome.reason, *(part for pair in outcome.headers for part in pair)]
    for text in texts:
        assert text.replace("\t", "").isprintable()
        text.encode()  # no lone surrogates


def _count_bytes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Answer a list that gets the size of everything that any connection is handed."""
    heard: list[int] = []
    inner = Connection.data_received

    def data_received(self: Connection, data: bytes) -> None:
        heard.append(len(data))
        inner(self, data)

    monkeypatch.setattr(Connection, "data_received", data_received)
    return heard
