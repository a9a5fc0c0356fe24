"""Deleting what has fired: failures are repeated, what is gone is gone, and no other is touched."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from nats.errors import TimeoutError as NatsTimeoutError

from telecine.clock import time_line
from telecine.clock.firing import Firing
from telecine.shared.events.clock import ClockStarted
from telecine.shared.time.timers import cancel_timer
from telecine.shared.time.virtual_time import VirtualClock, wall_now
from telecine.shared.wire.bus import Bus
from tests.clock.timing import after, fenced_firing, fired_ids, held, is_done, set_all, timer
from tests.waiting import until

PAST = after(wall_now(), -60)

Delete = Callable[[str, int], Awaitable[bool]]


@pytest.fixture
async def firing(bus: Bus) -> AsyncIterator[Firing]:
    """Firing on the test's own connection, by a clock that stands still."""
    now, clock = wall_now(), VirtualClock(bus)
    await time_line.append(bus, ClockStarted(now=now, wall=now, speed=0), 0)
    async with clock.following():
        yield await fenced_firing(bus, clock)


def patched(bus: Bus, patch: pytest.MonkeyPatch, change: Callable[[Delete], Delete]) -> None:
    patch.setattr(bus.js, "delete_msg", change(bus.js.delete_msg))


async def test_messages_that_are_gone_already_keep_no_other_from_being_deleted(
    bus: Bus, firing: Firing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A delete whose answer was lost has happened; repeated, the server calls it an error."""

    def twice(delete: Delete) -> Delete:
        async def delete_again(*args: Any) -> bool:
            await delete(*args)
            return await delete(*args)

        return delete_again

    patched(bus, monkeypatch, twice)
    await set_all(bus, [timer(f"k{n}", PAST) for n in range(40)])

    async with firing.running():
        await until(lambda: is_done(bus, 40))


async def test_delete_that_fails_is_repeated(
    bus: Bus, firing: Firing, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed: set[int] = set()

    def fails_first(delete: Delete) -> Delete:
        async def delete_or_fail(stream: str, sequence: int) -> bool:
            if sequence not in failed:
                failed.add(sequence)
                raise NatsTimeoutError
            return await delete(stream, sequence)

        return delete_or_fail

    patched(bus, monkeypatch, fails_first)
    await set_all(bus, [timer(f"k{n}", PAST) for n in range(3)])

    async with firing.running():
        await until(lambda: is_done(bus, 3))

    assert failed == {1, 2, 3}
    assert len(await fired_ids(bus)) == 3


async def test_cancellation_outlives_what_it_cancels(
    bus: Bus, firing: Firing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a kill between the two deletes would bring the cancelled timer back."""
    deleted: list[int] = []

    def first_fails_once(delete: Delete) -> Delete:
        attempts: list[int] = []

        async def delete_in_order(stream: str, sequence: int) -> bool:
            attempts.append(sequence)
            if attempts == [1]:
                raise NatsTimeoutError
            result = await delete(stream, sequence)
            deleted.append(sequence)
            return result

        return delete_in_order

    patched(bus, monkeypatch, first_fails_once)
    await set_all(bus, [timer("k", after(wall_now(), 3600))])
    await cancel_timer(bus, "test", "k", 2)

    async with firing.running():
        await until(lambda: deleted == [1, 2])

    assert await held(bus) == 0
