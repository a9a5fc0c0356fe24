"""A stream's messages strictly in its order, whoever took some before and did not finish."""

import asyncio
from contextlib import suppress

import pytest
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from telecine.shared.wire.bus import Bus
from telecine.shared.wire.in_order import InOrder
from telecine.simulations.nats_server import EmbeddedNats
from tests.nats import Connect, killed
from tests.waiting import until

DURABLE, STREAM, FILTERS = "test-in-order", "VIDEOS", ["video.>"]


async def offer(bus: Bus, *numbers: int) -> None:
    """Store messages, one after the other."""
    for number in numbers:
        await bus.publish(f"video.created.demo.v{number}", b"{}")


class Seen:
    """Notes positions in the order in which they are handled."""

    def __init__(self, bus: Bus, *, holds: bool = False) -> None:
        self.positions: list[int] = []
        self._bus = bus
        self._holds = holds

    async def take(self, group: list[Msg]) -> None:
        self.positions += [each.metadata.sequence.stream for each in group]
        if self._holds:
            await asyncio.Event().wait()
        for message in group:
            await self._bus.ack(message)

    def pull(self, *, may_ask: bool = True, whole: bool = True) -> InOrder:
        return InOrder(
            self._bus,
            STREAM,
            DURABLE,
            FILTERS,
            self.take,
            most=8,
            may_ask=lambda: may_ask,
            whole=whole,
        )


async def test_what_a_dead_user_held_comes_before_what_is_younger(
    bus: Bus, connect: Connect
) -> None:
    await offer(bus, *range(20))
    async with connect() as other:
        dead = Seen(other, holds=True)
        async with dead.pull().running():
            await until(lambda: dead.positions)
            await other.client.close()  # it can give nothing back

    await offer(bus, *range(20, 40))
    seen = Seen(bus)
    async with seen.pull().running():
        await until(lambda: len(seen.positions) >= 40)

    assert seen.positions == list(range(1, 41))


@pytest.mark.parametrize("whole", [True, False])
async def test_what_somebody_else_is_given_in_between_is_taken_back(
    bus: Bus, connect: Connect, whole: bool
) -> None:
    seen = Seen(bus)
    async with connect() as other, seen.pull(whole=whole).running():
        stolen: list[Msg] = []

        async def keep(message: Msg) -> None:
            if message.data:
                stolen.append(message)

        inbox = other.client.new_inbox()
        await other.client.subscribe(inbox, cb=keep)
        await other.pull(STREAM, DURABLE, {"batch": 3, "expires": 2_000_000_000}, inbox)
        await offer(bus, *range(40))
        await until(lambda: len(stolen) == 3)
        await until(lambda: sorted(set(seen.positions)) == list(range(1, 41)))
        await until(lambda: seen.positions[-1:] == [40])

    assert not whole or _in_order(seen.positions)


def _in_order(positions: list[int]) -> bool:
    """Whether nothing was handled before all that lies before it."""
    most = 0
    for each in positions:
        if each > most + 1:
            return False
        most = max(most, each)
    return True


async def test_one_that_may_not_ask_is_given_nothing(bus: Bus) -> None:
    await offer(bus, *range(3))
    idle, seen = Seen(bus), Seen(bus)

    async with idle.pull(may_ask=False).running(), seen.pull().running():
        await until(lambda: len(seen.positions) == 3)

    assert idle.positions == []


async def test_order_is_kept_over_a_servers_death(server: EmbeddedNats, bus: Bus) -> None:
    seen = Seen(bus)
    async with seen.pull().running():
        await offer(bus, *range(20))
        await killed(server, bus)
        await until(lambda: _filled(bus))
        await until(lambda: len(set(seen.positions)) >= 20)

    assert _in_order(seen.positions)


async def _filled(bus: Bus) -> bool:
    with suppress(NatsError, TimeoutError):
        return (await bus.js.stream_info(STREAM)).state.messages >= 20
    return False
