"""A lease: one owner at a time, and another as soon as it is gone, paused or cut off."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from telecine.shared.copies import lease as leases
from telecine.shared.copies.lease import Held, Lease, Taken, Watch, candidate, look
from telecine.shared.errors import Conflict, Unavailable
from telecine.shared.wire.bus import Bus
from telecine.simulations.nats_server import EmbeddedNats
from tests.nats import Connect, killed
from tests.waiting import until

LONG = 3600.0
HELD, RENEWED = Held("a", 7, None), Held("a", 8, None)
FREE = Held("", 9, None)
SILENT = math.ceil(leases.TTL / leases.LOOK) + 1


def seen(*looks: tuple[Held, bool]) -> Watch:
    """Answer what is known after looks at a lease, each with whether its owner was connected."""
    watch: Watch | None = None
    for held, connected in looks:
        watch = look(watch, held, connected)
    assert watch
    return watch


@pytest.mark.parametrize(
    ("looks", "is_over"),
    [
        ([(FREE, False)], True),
        ([(Held("", 0, None), False)], True),
        ([(HELD, True)], False),
        ([(HELD, True)] * (SILENT - 2), False),
        ([(HELD, True)] * SILENT, True),
        ([(HELD, True)] * (SILENT - 2) + [(RENEWED, True)] * 2, False),
        ([(HELD, False)] * 2, False),
        ([(HELD, False)] * 3, True),
        ([(HELD, False), (HELD, False), (HELD, True), (HELD, False)], False),
        ([(HELD, True), (FREE, False)], True),
    ],
)
def test_a_lease_is_over_when_given_back_silent_or_unconnected(
    looks: list[tuple[Held, bool]], is_over: bool
) -> None:
    assert seen(*looks).is_over is is_over


@pytest.mark.parametrize(
    ("looks", "alive"),
    [
        ([(HELD, False)] * 3, False),
        ([(FREE, False)], False),
        ([(HELD, True)], True),
        ([(HELD, True), (FREE, False)], True),
        ([(HELD, False), (RENEWED, False)], True),
    ],
)
def test_an_owner_was_alive_if_it_was_connected_or_has_renewed(
    looks: list[tuple[Held, bool]], alive: bool
) -> None:
    assert seen(*looks).alive is alive


class Copy:
    """One who wants the lease of this test, on a connection of its own."""

    def __init__(self, bus: Bus, lease: Lease) -> None:
        self.bus = bus
        self.lease = lease
        self.stands_by = asyncio.Event()
        self.taking = asyncio.create_task(lease.acquire(self.stands_by.set))


@asynccontextmanager
async def copy(connect: Connect, name: str) -> AsyncIterator[Copy]:
    async with connect() as bus, candidate(bus, "test", name) as lease:
        one = Copy(bus, lease)
        try:
            yield one
        finally:
            one.taking.cancel()


async def taken(one: Copy) -> Taken:
    return await asyncio.wait_for(asyncio.shield(one.taking), 10)


async def test_first_one_gets_it_and_the_second_stands_by(bus: Bus, connect: Connect) -> None:
    async with copy(connect, "one") as one, copy(connect, "two") as two:
        first = await asyncio.wait(
            {one.taking, two.taking}, timeout=10, return_when=asyncio.FIRST_COMPLETED
        )
        owner, other = (one, two) if one.taking in first[0] else (two, one)
        await until(other.stands_by.is_set)

        assert owner.lease.is_fresh
        assert not other.taking.done()
        assert not other.lease.is_fresh
        assert await taken(owner) == Taken(Held("", 0, None), alive=False)


async def test_of_ten_at_once_one_gets_it(bus: Bus, connect: Connect) -> None:
    async with AsyncExitStack() as stack:
        ten = [await stack.enter_async_context(copy(connect, f"c{n}")) for n in range(10)]
        await until(lambda: sum(one.stands_by.is_set() for one in ten) == 9)

        assert [one.lease.is_fresh for one in ten].count(True) == 1
        assert [one.taking.done() for one in ten].count(True) == 1


async def test_what_is_given_back_is_taken_at_once(
    bus: Bus, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "TTL", LONG)
    async with copy(connect, "two") as two:
        two.taking.cancel()
        async with copy(connect, "one") as one:
            await taken(one)
            two.taking = asyncio.create_task(two.lease.acquire(two.stands_by.set))
            await until(two.stands_by.is_set)

        before = (await taken(two)).before

        assert before.owner == ""
        assert two.lease.is_fresh


async def test_an_owner_whose_connection_is_gone_is_followed_long_before_its_time(
    bus: Bus, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "TTL", LONG)
    async with copy(connect, "one") as one, copy(connect, "two") as two:
        await taken(one)
        await until(two.stands_by.is_set)
        await one.bus.client.close()  # as a kill does, without a word

        assert (await taken(two)).before.owner == "one"


async def test_a_paused_owner_is_followed_and_learns_it_at_its_next_renewal(
    bus: Bus, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "TTL", 0.6)
    monkeypatch.setattr(leases, "RENEW", LONG)
    async with copy(connect, "one") as one, copy(connect, "two") as two:
        await taken(one)
        assert (await taken(two)).alive
        assert not one.lease.is_fresh
        assert not one.lease.lost.is_set()

        with pytest.raises(Conflict, match="two"):
            await one.lease.confirm()

        assert one.lease.lost.is_set()
        assert not two.lease.lost.is_set()


async def test_who_lost_it_gives_nothing_back(
    bus: Bus, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "RENEW", LONG)
    async with copy(connect, "one") as one:
        await taken(one)
        one.lease.lose()

    assert b"one" in ((await bus.js.get_last_msg("LEASES", "lease.test")).data or b"")


async def test_a_renewal_whose_answer_was_lost_loses_nothing(
    bus: Bus, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "RENEW", LONG)
    async with copy(connect, "one") as one:
        await taken(one)
        publish = one.bus.publish

        async def unanswered(*args: Any, **fields: Any) -> None:
            await publish(*args, **fields)
            raise Unavailable("the answer was lost")

        monkeypatch.setattr(one.bus, "publish", unanswered)
        with pytest.raises(Unavailable):
            await one.lease.confirm()
        monkeypatch.setattr(one.bus, "publish", publish)

        await one.lease.confirm()

        assert not one.lease.lost.is_set()
        assert one.lease.is_fresh


async def test_an_owner_that_was_cut_off_is_sure_of_nothing_until_it_has_renewed(
    bus: Bus, connect: Connect, server: EmbeddedNats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "TTL", LONG)
    monkeypatch.setattr(leases, "RENEW", LONG)
    async with copy(connect, "one") as one:
        await taken(one)
        await killed(server, bus, one.bus)

        assert not one.lease.is_fresh, "another may have found it gone meanwhile, and followed"
        await until(lambda: _is_sure(one.lease))


async def _is_sure(lease: Lease) -> bool:
    """Renew, maybe a moment before the connection says when it began; answer whether that will do."""
    await lease.confirm()
    return lease.is_fresh


async def test_an_owner_outlives_a_kill_of_the_server(
    bus: Bus, connect: Connect, server: EmbeddedNats
) -> None:
    async with copy(connect, "one") as one, copy(connect, "two") as two:
        await taken(one)
        before = one.lease.revision
        await killed(server, bus, one.bus, two.bus)
        await until(lambda: one.lease.revision > before and one.lease.is_fresh)

        assert not two.taking.done()
        assert not one.lease.lost.is_set()
