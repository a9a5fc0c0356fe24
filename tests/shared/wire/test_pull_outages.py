"""Pull through outages: a killed server, a deleted consumer, a handler that takes long."""

import asyncio
import os
import signal

import pytest
from nats.aio.msg import Msg
from structlog.testing import capture_logs

from telecine.shared.wire import lingering
from telecine.shared.wire.bus import Bus
from telecine.simulations.nats_server import EmbeddedNats
from tests.nats import Connect, killed
from tests.shared.work import Worker, heard, is_left, number_of, offer, pull
from tests.waiting import until


async def test_pull_goes_on_when_the_server_was_killed(server: EmbeddedNats, bus: Bus) -> None:
    worker = Worker(bus)
    async with pull(worker, concurrency=4).running():
        await offer(bus, *range(100))
        await until(lambda: len(worker.done) > 20, poll=0)
        await killed(server, bus)
        await offer(bus, *range(100, 200))
        await until(lambda: set(worker.done) == set(range(200)))
        await until(lambda: is_left(bus, 0))


async def test_waiting_pull_is_asked_again_when_the_server_was_killed(
    server: EmbeddedNats, bus: Bus
) -> None:
    worker = Worker(bus)
    async with pull(worker).running():
        await offer(bus, 1)
        await until(lambda: worker.done == [1])
        await killed(server, bus)
        requests = await heard(bus, "$JS.API.CONSUMER.MSG.NEXT.>")
        await offer(bus, 2)
        await until(lambda: worker.done == [1, 2])

    assert len(requests) <= 1


async def test_message_held_while_the_server_was_killed_counts_as_redelivered(
    server: EmbeddedNats, bus: Bus
) -> None:
    """The server has forgotten that it delivered it, so its own count says 1 again."""
    release = asyncio.Event()

    async def hang(_: Msg) -> None:
        await release.wait()

    first, second = Worker(bus, hang), Worker(bus)
    async with pull(first).running():
        await offer(bus, 1)
        await until(lambda: first.begun)
        await killed(server, bus)
    await bus.js.delete_consumer("DUE", "test-due")  # the count is gone for certain
    async with pull(second).running():
        await until(lambda: second.done)

    assert first.redelivered == []
    assert second.redelivered == [1]


async def test_consumer_deleted_behind_our_back_is_made_anew(bus: Bus) -> None:
    worker = Worker(bus)
    async with pull(worker).running():
        await offer(bus, 1)
        await until(lambda: worker.done == [1])
        await bus.js.delete_consumer("DUE", "test-due")
        await offer(bus, 2)
        await until(lambda: worker.done == [1, 2])


async def test_a_server_that_says_nothing_is_asked_again(
    server: EmbeddedNats, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lingering, "HEARTBEAT", 0.2)
    worker = Worker(bus)
    async with pull(worker).running():
        await offer(bus, 1)
        await until(lambda: worker.done == [1])
        with capture_logs() as logs:
            os.kill(server.pid, signal.SIGSTOP)
            try:
                await until(lambda: "pull.silent" in [each["event"] for each in logs])
            finally:
                os.kill(server.pid, signal.SIGCONT)
        await offer(bus, 2)
        await until(lambda: worker.done == [1, 2])


async def test_handler_longer_than_the_ack_wait_is_not_redelivered_meanwhile(
    bus: Bus, connect: Connect
) -> None:
    """Another pull on the durable would get the message if the server gave it up."""
    release = asyncio.Event()

    async def hang_at_1(message: Msg) -> None:
        if number_of(message) == 1:
            await release.wait()

    async with connect() as other:
        extensions = await heard(bus, "$JS.ACK.>")
        slow, idle = Worker(bus, hang_at_1), Worker(other)
        async with pull(slow, ack_wait=3).running():
            await offer(bus, 1)
            await until(lambda: slow.begun == [1])
            async with pull(idle, ack_wait=3).running():
                await until(lambda: _count(extensions, b"+WPI") >= 4)
                release.set()
                await until(lambda: slow.done == [1])
                await until(lambda: is_left(bus, 0))

    assert slow.begun == [1]
    assert idle.begun == []


async def test_message_of_a_process_that_died_comes_after_the_ack_wait(
    bus: Bus, connect: Connect
) -> None:
    async with connect() as dying:
        await bus.js.add_consumer("DUE", pull(Worker(bus), ack_wait=0.3).config)
        await offer(bus, 1)
        inbox = await dying.client.subscribe(dying.client.new_inbox())
        request = b'{"batch": 1, "expires": 5000000000}'
        await dying.client.publish(
            "$JS.API.CONSUMER.MSG.NEXT.DUE.test-due", request, reply=inbox.subject
        )
        await inbox.next_msg(timeout=5)

    heir = Worker(bus)
    async with pull(heir, ack_wait=0.3).running():
        await until(lambda: heir.done == [1])

    assert heir.redelivered == [1]


def _count(messages: list[Msg], verb: bytes) -> int:
    return sum(message.data == verb for message in messages)
