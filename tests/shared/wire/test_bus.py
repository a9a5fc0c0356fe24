"""The connection: what an answer means, and that nobody waits for one that cannot come any more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from structlog.testing import capture_logs

from telecine.shared.errors import Unavailable
from telecine.shared.wire import bus as buses
from telecine.shared.wire.answers import Expect, SubjectTaken, WrongSequence
from telecine.shared.wire.bus import Bus, connected
from telecine.simulations.nats_server import EmbeddedNats
from tests.nats import killed
from tests.waiting import until

FACT = "video.created.demo.v1"


async def test_stored_message_answers_where_it_is(bus: Bus) -> None:
    first = await bus.publish(FACT, b"{}")
    second = await bus.publish(FACT, b"{}")

    assert (first.stream, first.sequence, second.sequence) == ("VIDEOS", 1, 2)
    assert not second.duplicate


async def test_same_message_id_is_stored_once(bus: Bus) -> None:
    first = await bus.publish("due.test.k", b"{}", message_id="one")
    again = await bus.publish("due.test.k", b"{}", message_id="one")

    assert again.duplicate
    assert again.sequence == first.sequence


async def test_wrong_expectation_is_told_from_an_outage(bus: Bus) -> None:
    await bus.publish(FACT, b"{}", expect=Expect(0, "video.*.demo.v1"))

    with pytest.raises(WrongSequence):
        await bus.publish(FACT, b"{}", expect=Expect(0, "video.*.demo.v1"))


async def test_expectation_holds_for_every_subject_under_its_filter(bus: Bus) -> None:
    await bus.publish(FACT, b"{}")

    with pytest.raises(WrongSequence):
        await bus.publish("video.uploaded.demo.v1", b"{}", expect=Expect(0, "video.*.demo.v1"))


async def test_taken_subject_is_told_from_an_outage(bus: Bus) -> None:
    await bus.publish("timer.test.k.1", b"{}")

    with pytest.raises(SubjectTaken):
        await bus.publish("timer.test.k.1", b"{}")


async def test_subject_of_no_stream_is_unavailable(bus: Bus) -> None:
    with pytest.raises(Unavailable):
        await bus.publish("nowhere.at.all", b"{}")


async def test_message_that_is_too_large_is_unavailable(bus: Bus) -> None:
    with pytest.raises(Unavailable):
        await bus.publish("due.test.k", b"x" * (1024 * 1024 + 1))


async def test_who_waits_for_an_answer_is_told_when_the_connection_is_lost(
    server: EmbeddedNats, bus: Bus
) -> None:
    asked = asyncio.Event()

    async def never_answer(_: Msg) -> None:
        asked.set()

    await bus.client.subscribe("silence", cb=never_answer)
    asking = asyncio.create_task(bus.client.request("silence", timeout=3600))
    await asked.wait()

    await killed(server, bus)

    with pytest.raises(NatsError):
        async with asyncio.timeout(10):
            await asking


@asynccontextmanager
async def refused() -> AsyncIterator[list[int]]:
    """Try to connect to a server that ends every connection; answer its tries, one number each."""
    tries: list[int] = []

    def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tries.append(len(tries))
        writer.close()

    async def connect(url: str) -> None:
        async with connected(url, "test"):
            pass

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        connecting = asyncio.create_task(connect(f"nats://{host}:{port}"))
        try:
            yield tries
        finally:
            connecting.cancel()
            await asyncio.wait({connecting})


async def test_a_server_that_is_away_is_told_of_once_and_then_seldom(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with capture_logs() as logs:
        async with refused() as tries:
            await until(lambda: len(tries) > 5)
            assert [each["event"] for each in logs] == ["nats.error"]

            monkeypatch.setattr(buses, "SELDOM", 0.0)
            await until(lambda: len(logs) > 1)
