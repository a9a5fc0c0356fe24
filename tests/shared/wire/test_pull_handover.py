"""The end of a pull: what it has not done belongs to whoever pulls next, at once."""

import asyncio

import pytest

from telecine.shared.wire.bus import Bus
from tests.nats import Connect
from tests.shared.work import Worker, for_ever, heard, offer, pull
from tests.waiting import until


async def test_messages_not_begun_come_to_the_next_pull_without_the_ack_wait(bus: Bus) -> None:
    stuck, next_one = Worker(bus, for_ever), Worker(bus)
    await offer(bus, *range(1, 21))
    async with pull(stuck).running():
        await until(lambda: stuck.begun == [1])

    async with pull(next_one, ack_wait=600).running():
        await until(lambda: len(next_one.done) == 20)

    assert next_one.done == list(range(1, 21))


async def test_message_that_was_begun_is_redelivered_to_the_next_pull(bus: Bus) -> None:
    stuck, next_one = Worker(bus, for_ever), Worker(bus)
    await offer(bus, 1)
    async with pull(stuck).running():
        await until(lambda: stuck.begun)

    async with pull(next_one).running():
        await until(lambda: next_one.done)

    assert next_one.redelivered == [1]


async def test_message_stored_after_a_pull_has_ended_waits_for_the_next_one(bus: Bus) -> None:
    first, second = Worker(bus), Worker(bus)
    async with pull(first).running():
        await offer(bus, 1)
        await until(lambda: first.done)

    await offer(bus, 2)
    async with pull(second).running():
        await until(lambda: second.done)

    assert second.begun == [2]
    assert second.redelivered == []


@pytest.mark.parametrize("handled_before_the_end", range(1, 10))
async def test_message_on_its_way_to_an_ending_pull_comes_to_the_next_one(
    bus: Bus, connect: Connect, handled_before_the_end: int
) -> None:
    # A short ack wait, for the one case that nobody can see: the server had chosen our request for
    # a message, and our subscription was gone before its sending loop came to it.
    async with connect() as other:
        first, second = Worker(bus), Worker(other)
        async with pull(first, ack_wait=1).running():
            offering = asyncio.create_task(offer(bus, *range(20)))
            await until(lambda: len(first.done) >= handled_before_the_end, poll=0)
        async with pull(second, ack_wait=1).running():
            await offering
            await until(lambda: len({*first.done, *second.done}) == 20)


async def test_ended_pull_leaves_no_request_and_no_subscription_behind(bus: Bus) -> None:
    asked = await heard(bus, "$JS.API.CONSUMER.MSG.NEXT.>")
    worker = Worker(bus)
    async with pull(worker).running():
        await until(lambda: asked)

    await offer(bus, 1)
    await until(lambda: all_is_pending(bus))


async def all_is_pending(bus: Bus) -> bool:
    """Whether a message is there for whoever asks, with nobody asking and nothing handed out.

    The server tells its consumers of a message a moment after it has said that it is stored.
    """
    info = await bus.js.consumer_info("DUE", "test-due")
    return (info.num_waiting, info.num_ack_pending, info.num_pending) == (0, 0, 1)
