"""Firing on a real server: in order, never early, once, and the highest generation only."""

import random
from datetime import timedelta
from functools import partial

from telecine.shared.contracts.clock import ClockAnswer
from telecine.shared.time.timers import cancel_timer, set_timer
from telecine.shared.wire.bus import Bus
from tests.clock.timing import (
    after,
    anchor_now,
    fired,
    fired_ids,
    is_done,
    set_all,
    set_speed,
    timer,
)
from tests.waiting import until


async def test_timers_fire_in_the_order_of_due_time_and_subject(
    bus: Bus, started: ClockAnswer
) -> None:
    """Many share a due time, and they were set in another order."""
    timers = [timer(f"k{n}", after(started.now, 1 + n % 7)) for n in range(300)]
    await set_all(bus, random.Random(7).sample(timers, k=300))

    await set_speed(bus, 10_000)
    await until(lambda: is_done(bus, 300))

    in_order = sorted(timers, key=lambda each: (each.due, each.id))
    assert await fired_ids(bus) == [each.id for each in in_order]


async def test_no_timer_fires_before_its_due_time(bus: Bus, started: ClockAnswer) -> None:
    await set_speed(bus, 100)
    await set_all(bus, [timer(f"k{n}", after(started.now, 0.7 * n)) for n in range(200)])
    await until(lambda: is_done(bus, 200))

    anchor = await anchor_now(bus)
    a_moment = timedelta(microseconds=1)  # the server's nanoseconds were cut off
    early = [each for each in await fired(bus) if anchor.at(each.stored_at + a_moment) < each.due]

    assert early == []


async def test_fired_timer_carries_its_due_time_and_what_was_set_with_it(
    bus: Bus, started: ClockAnswer
) -> None:
    due = after(started.now, -3600)
    await set_timer(bus, timer("late", due))
    await until(lambda: is_done(bus, 1))

    message = await bus.js.get_last_msg("DUE", "due.test.late")

    assert (message.headers or {})["telecine-due"] == due.isoformat()
    assert (message.headers or {})["telecine-lane"] == "lane:late"
    assert message.data == b'{"key": "late"}'
    assert message.subject == "due.test.late"


async def test_timer_that_is_set_twice_fires_once(bus: Bus, started: ClockAnswer) -> None:
    await set_timer(bus, timer("k", after(started.now, 1)))
    await set_timer(bus, timer("k", after(started.now, 2)))

    await set_speed(bus, 1000)
    await until(lambda: is_done(bus, 1))

    assert [(each.timer, each.due) for each in await fired(bus)] == [
        ("test.k.1", after(started.now, 1))
    ]


async def test_next_generation_takes_the_place_of_the_one_before(
    bus: Bus, started: ClockAnswer
) -> None:
    await set_timer(bus, timer("k", after(started.now, 1)))
    await set_timer(bus, timer("k", after(started.now, 5), generation=2))
    await set_timer(bus, timer("other", after(started.now, 9)))

    await set_speed(bus, 1000)
    await until(lambda: is_done(bus, 2))

    assert await fired_ids(bus) == ["test.k.2", "test.other.1"]


async def test_earlier_generation_that_is_set_late_is_dropped(
    bus: Bus, started: ClockAnswer
) -> None:
    await set_timer(bus, timer("k", after(started.now, 5), generation=10))
    await set_timer(bus, timer("k", after(started.now, 1), generation=9))

    await set_speed(bus, 1000)
    await until(lambda: is_done(bus, 1))

    assert await fired_ids(bus) == ["test.k.10"]


async def test_cancelled_timer_does_not_fire_and_its_cancellation_leaves_no_message(
    bus: Bus, started: ClockAnswer
) -> None:
    await set_timer(bus, timer("k", after(started.now, 1)))
    await cancel_timer(bus, "test", "k", 2)
    await set_timer(bus, timer("other", after(started.now, 9)))

    await set_speed(bus, 1000)
    await until(lambda: is_done(bus, 1))

    assert await fired_ids(bus) == ["test.other.1"]


async def test_key_can_be_used_again_after_its_timer_has_fired(
    bus: Bus, started: ClockAnswer
) -> None:
    for generation in (1, 2, 3):
        await set_timer(bus, timer("k", started.now, generation=generation))
        await until(partial(is_done, bus, generation))

    assert await fired_ids(bus) == ["test.k.1", "test.k.2", "test.k.3"]


async def test_timer_that_cannot_be_read_harms_no_other(bus: Bus, started: ClockAnswer) -> None:
    for number, body in enumerate((b"{", b"[]", b'{"due": "noon"}', _without_zone())):
        await bus.publish(f"timer.test.broken{number}.1", body)
    await bus.publish("timer.test.broken.first", b"")
    await set_timer(bus, timer("sound", started.now))
    await until(lambda: _was_fired(bus, "test.sound.1"))

    assert await fired_ids(bus) == ["test.sound.1"]


async def _was_fired(bus: Bus, timer_id: str) -> bool:
    return timer_id in await fired_ids(bus)


def _without_zone() -> bytes:
    return b'{"due": "2026-03-01T12:00:00", "lane": "l", "class": "chain", "payload": {}}'
