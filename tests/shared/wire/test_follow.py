"""Follow: everything from the start, then the tail, and all of it anew after a reconnect."""

import asyncio
from typing import Any

import pytest
from nats.aio.msg import Msg
from nats.js.api import ConsumerInfo

from telecine.shared.wire.bus import Bus
from telecine.shared.wire.follow import Follow
from telecine.simulations.nats_server import EmbeddedNats
from tests.nats import killed
from tests.waiting import until

STREAM = "TIMERS"


class Reader:
    """Notes what it is given; `resets` counts how often it was told to begin anew, `wholes` what it
    had each time when that was all."""

    def __init__(self, bus: Bus, *, last_only: bool = False) -> None:
        self.read: list[int] = []
        self.resets = 0
        self.wholes: list[list[int]] = []
        self.follow = Follow(
            bus,
            STREAM,
            "timer.>",
            self._take,
            reset=self._reset,
            complete=lambda: self.wholes.append(self.read.copy()),
            last_only=last_only,
        )

    def _take(self, message: Msg) -> None:
        if message.data == b"broken":
            raise ValueError("cannot be read")
        self.read.append(int(message.data))

    def _reset(self) -> None:
        self.resets += 1
        self.read.clear()


async def store(bus: Bus, *numbers: int) -> None:
    for number in numbers:
        await bus.publish(f"timer.test.key.{number}", str(number).encode())


async def test_everything_stored_is_known_when_following_begins(bus: Bus) -> None:
    await store(bus, *range(50))
    reader = Reader(bus)

    async with reader.follow.running():
        assert reader.read == list(range(50))


async def test_following_an_empty_stream_begins_at_once(bus: Bus) -> None:
    reader = Reader(bus)

    async with reader.follow.running():
        assert reader.read == []
        assert reader.resets == 1


async def test_the_tail_follows_in_order(bus: Bus) -> None:
    await store(bus, 0, 1)
    reader = Reader(bus)

    async with reader.follow.running():
        await store(bus, *range(2, 40))
        await until(lambda: len(reader.read) == 40)

    assert reader.read == list(range(40))


async def test_more_than_one_request_is_followed_to_the_end(bus: Bus) -> None:
    """One request asks for 2,000 messages."""
    await asyncio.gather(*(store(bus, number) for number in range(4500)))
    reader = Reader(bus)

    async with reader.follow.running():
        assert sorted(reader.read) == list(range(4500))


async def test_last_only_begins_with_the_last_message(bus: Bus) -> None:
    await store(bus, 1, 2, 3)
    reader = Reader(bus, last_only=True)

    async with reader.follow.running():
        assert reader.read == [3]


async def test_everything_is_read_anew_when_the_server_was_killed(
    server: EmbeddedNats, bus: Bus
) -> None:
    await store(bus, 1, 2, 3)
    reader = Reader(bus)

    async with reader.follow.running():
        await killed(server, bus)
        await until(lambda: reader.resets >= 2 and reader.read == [1, 2, 3])
        await until(reader.follow.caught_up.is_set)
        await store(bus, 4)
        await until(lambda: reader.read == [1, 2, 3, 4])


async def test_follower_without_its_consumer_reads_everything_anew(bus: Bus) -> None:
    await store(bus, 1, 2)
    reader = Reader(bus)

    async with reader.follow.running():
        for consumer in await bus.js.consumers_info(STREAM):
            await bus.js.delete_consumer(STREAM, consumer.name)
        await until(lambda: reader.resets >= 2)
        await store(bus, 3)
        await until(lambda: reader.read == [1, 2, 3])


async def test_message_that_cannot_be_taken_is_passed_over(bus: Bus) -> None:
    await store(bus, 1)
    await bus.publish("timer.test.key.2", b"broken")
    reader = Reader(bus)

    async with asyncio.timeout(20), reader.follow.running():
        await store(bus, 3)
        await until(lambda: reader.read == [1, 3])


async def test_following_begins_though_the_last_messages_were_deleted_before_they_came(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server announced three messages and gives one: no message says that it is the last."""
    monkeypatch.setattr("telecine.shared.wire.lingering.HEARTBEAT", 0.3)
    await store(bus, 1, 2, 3)
    add_consumer = bus.js.add_consumer

    async def delete_meanwhile(*args: Any, **kwargs: Any) -> ConsumerInfo:
        info = await add_consumer(*args, **kwargs)
        for sequence in (2, 3):
            await bus.js.delete_msg(STREAM, sequence)
        return info

    monkeypatch.setattr(bus.js, "add_consumer", delete_meanwhile)
    reader = Reader(bus)

    async with asyncio.timeout(20), reader.follow.running():
        assert reader.read == [1]


async def test_what_the_consumer_before_still_says_completes_no_reading(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telecine.shared.wire.lingering.HEARTBEAT", 0.1)
    await store(bus, 1, 2, 3)
    add_consumer, early = bus.js.add_consumer, list[bool]()
    reader = Reader(bus)

    async def when_more_was_said(*args: Any, **kwargs: Any) -> ConsumerInfo:
        heard = bus.client.stats["in_msgs"]
        await store(bus, 4)
        await until(lambda: bus.client.stats["in_msgs"] >= heard + 10)  # a message, and heartbeats
        early.append(reader.follow.caught_up.is_set())
        return await add_consumer(*args, **kwargs)

    async with reader.follow.running():
        monkeypatch.setattr(bus.js, "add_consumer", when_more_was_said)
        for callback in bus._on_reconnect:  # the connection was gone for so short a time
            callback()
        await until(lambda: reader.resets == 2 and reader.follow.caught_up.is_set())

    assert early == [False]
    assert reader.wholes == [[1, 2, 3], [1, 2, 3]], "4 was not stored yet when it began"
