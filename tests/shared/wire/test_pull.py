"""Pull: at once, in order, as often as it takes, and never skipped."""

import asyncio
from collections import Counter

import pytest
from nats.aio.msg import Msg

from telecine.shared.errors import BrokenMessage
from telecine.shared.wire.bus import Bus
from tests.nats import Connect
from tests.shared.work import Worker, heard, is_left, number_of, offer, pull
from tests.waiting import until

PULL_REQUESTS = "$JS.API.CONSUMER.MSG.NEXT.>"


async def test_message_stored_while_a_pull_waits_is_handled_by_that_pull(bus: Bus) -> None:
    requests = await heard(bus, PULL_REQUESTS)
    seen_at_handling: list[int] = []

    async def count(_: Msg) -> None:
        seen_at_handling.append(len(requests))

    worker = Worker(bus, count)
    async with pull(worker).running():
        await until(lambda: requests)
        await offer(bus, 1)
        await until(lambda: worker.done)

    assert seen_at_handling == [1]


async def test_messages_stored_before_the_pull_are_handled_in_order(bus: Bus) -> None:
    await offer(bus, *range(300))
    worker = Worker(bus)

    async with pull(worker, window=16).running():
        await until(lambda: len(worker.done) == 300)

    assert worker.done == list(range(300))
    await until(lambda: is_left(bus, 0))


async def test_failing_handler_is_called_again_and_what_follows_waits(bus: Bus) -> None:
    failures = iter([True, True, True])

    async def fail_at_2(message: Msg) -> None:
        if number_of(message) == 2 and next(failures, False):
            raise RuntimeError("not today")

    worker = Worker(bus, fail_at_2)
    await offer(bus, 1, 2, 3)

    async with pull(worker).running():
        await until(lambda: len(worker.done) == 3)

    assert worker.begun == [1, 2, 2, 2, 2, 3]
    assert worker.done == [1, 2, 3]


async def test_message_called_again_after_a_failure_counts_as_redelivered(bus: Bus) -> None:
    failures = iter([True])

    async def fail_once(_: Msg) -> None:
        if next(failures, False):
            raise RuntimeError("between two effects")

    worker = Worker(bus, fail_once)
    async with pull(worker).running():
        await offer(bus, 1, 2)
        await until(lambda: worker.done == [1, 2])

    assert worker.redelivered == [1]


async def test_broken_message_is_given_up_and_never_comes_again(bus: Bus) -> None:
    async def read(message: Msg) -> None:
        if number_of(message) == 1:
            raise BrokenMessage("nobody can read this")

    worker = Worker(bus, read)
    await offer(bus, 1, 2)

    async with pull(worker).running():
        await until(lambda: worker.done == [2])
    await until(lambda: is_left(bus, 0))

    assert worker.begun == [1, 2]


async def test_two_pulls_on_one_durable_share_the_work(bus: Bus, connect: Connect) -> None:
    async with connect() as other:
        mine, theirs = Worker(bus), Worker(other)
        async with pull(mine, window=8).running(), pull(theirs, window=8).running():
            await offer(bus, *range(200))
            await until(lambda: len(mine.done) + len(theirs.done) == 200)

    assert Counter(mine.done + theirs.done) == Counter(range(200))
    assert mine.done
    assert theirs.done


async def test_workers_side_by_side_do_not_wait_for_a_slow_one(bus: Bus) -> None:
    release = asyncio.Event()

    async def hang_at_1(message: Msg) -> None:
        if number_of(message) == 1:
            await release.wait()

    worker = Worker(bus, hang_at_1)
    await offer(bus, *range(1, 21))

    async with pull(worker, concurrency=2).running():
        await until(lambda: worker.done == list(range(2, 21)))
        release.set()
        await until(lambda: len(worker.done) == 20)


async def test_pull_goes_on_after_its_request_has_expired(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telecine.shared.wire.lingering.EXPIRES", 0.2)
    requests = await heard(bus, PULL_REQUESTS)
    worker = Worker(bus)

    async with pull(worker).running():
        await until(lambda: len(requests) >= 3)
        await offer(bus, 1)
        await until(lambda: worker.done == [1])
