"""A stopping pull lets what was begun come to its end, begins nothing new, and gives the rest back."""

import asyncio

import pytest
from nats.aio.msg import Msg

from telecine.shared.wire.bus import Bus
from tests.shared.work import Worker, is_left, number_of, offer, pull
from tests.waiting import until


async def test_what_was_begun_comes_to_its_end(bus: Bus) -> None:
    release = asyncio.Event()

    async def slow(_: Msg) -> None:
        await release.wait()

    worker = Worker(bus, slow)
    await offer(bus, 1, 2)

    async with pull(worker).running():
        await until(lambda: worker.begun == [1])
        asyncio.get_running_loop().call_later(0.1, release.set)

    assert (worker.begun, worker.done) == ([1], [1])
    await until(lambda: is_left(bus, 1))  # for the second was never begun


async def test_what_hangs_is_cut_off_and_comes_again(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telecine.shared.wire.pull.GRACE", 0.05)

    async def hang(message: Msg) -> None:
        if number_of(message) == 1:
            await asyncio.Event().wait()

    worker, next_worker = Worker(bus, hang), Worker(bus)
    await offer(bus, 1)

    async with pull(worker).running():
        await until(lambda: worker.begun == [1])
    async with pull(next_worker).running():
        await until(lambda: next_worker.done == [1])

    assert worker.done == []
