"""Lanes: who is sent to next, and how nobody can take the slots of all others."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from telecine.delivery.lanes import LONGEST, PATIENCE, Lane, Lanes
from tests.waiting import until


class Hall:
    """Lanes whose attempts last until they are let go; time is told, not read."""

    def __init__(self, slots: int, *, start: int = 100) -> None:
        self.now = 0.0
        self.under_way: list[tuple[str, str]] = []
        self.begun: list[str] = []
        self._gates: dict[str, asyncio.Event] = {}
        self.lanes: Lanes[str] = Lanes(slots, self._work, now=lambda: self.now, start=start)

    async def _work(self, lane: Lane[str], job: str) -> None:
        self.begun.append(job)
        self.under_way.append((lane.endpoint_id, job))
        self._gates[job] = asyncio.Event()
        await self._gates[job].wait()
        self.under_way.remove((lane.endpoint_id, job))

    def put(self, endpoint_id: str, *jobs: str, cap: int = 100) -> None:
        for job in jobs:
            self.lanes.put(self.lanes.of(endpoint_id, cap), job)

    async def let_go(self, job: str) -> None:
        self._gates[job].set()
        await until(lambda: all(job != each for _, each in self.under_way))

    @property
    def busy(self) -> Counter[str]:
        return Counter(endpoint_id for endpoint_id, _ in self.under_way)

    async def settle(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    """Eight slots."""
    one = Hall(8)
    yield one
    await one.lanes.stop()


def named(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{number}" for number in range(count)]


async def test_one_endpoint_alone_takes_no_more_than_half_of_the_slots(hall: Hall) -> None:
    hall.put("hangs", *named("h", 50))
    await hall.settle()

    assert hall.busy == {"hangs": 4}


async def test_while_fewer_hang_than_there_are_slots_another_ones_webhook_goes_out_at_once() -> (
    None
):
    hall = Hall(8, start=1)
    for number in range(7):
        hall.put(f"hangs-{number}", *named(f"{number}-", 10))
    await hall.settle()
    taken = sum(hall.busy.values())
    hall.put("good", "one")
    await hall.settle()

    await hall.lanes.stop()

    assert taken == 7
    assert hall.busy["good"] == 1


async def test_a_lane_gets_wider_with_each_answer_up_to_its_cap_and_half_with_each_silence() -> (
    None
):
    hall = Hall(100, start=2)
    hall.put("a", *named("a", 30), cap=5)
    await hall.settle()
    lane, widths = hall.lanes.of("a", 5), [hall.busy["a"]]
    for number, silence in enumerate([False, False, False, False, True, True, True]):
        lane.hear(silence=silence)
        await hall.let_go(f"a{number}")
        await hall.settle()
        widths.append(lane.window)
    await hall.lanes.stop()

    assert widths == [2, 3, 4, 5, 5, 2, 1, 1]


async def test_a_lane_with_a_backlog_uses_all_of_its_window() -> None:
    hall = Hall(100, start=1)
    hall.put("a", *named("a", 30), cap=5)
    await hall.settle()
    lane, busy = hall.lanes.of("a", 5), [hall.busy["a"]]
    for number in range(6):
        lane.hear(silence=False)
        await hall.let_go(f"a{number}")
        await hall.settle()
        busy.append(hall.busy["a"])
    await hall.lanes.stop()

    assert busy == [1, 2, 3, 4, 5, 5, 5]


async def test_an_endpoints_cap_is_kept(hall: Hall) -> None:
    hall.put("capped", *named("c", 5), cap=2)
    await hall.settle()
    first = hall.busy["capped"]
    await hall.let_go("c0")
    await hall.settle()

    assert (first, hall.busy["capped"]) == (2, 2)
    assert hall.begun == ["c0", "c1", "c2"]


async def test_lanes_take_turns_and_each_keeps_its_order() -> None:
    hall = Hall(2)
    hall.put("a", *named("a", 3), cap=1)
    hall.put("b", *named("b", 3), cap=1)
    await hall.settle()
    while hall.under_way:
        await hall.let_go(hall.under_way[0][1])
        await hall.settle()
    await hall.lanes.stop()

    assert [job for job in hall.begun if job[0] == "a"] == ["a0", "a1", "a2"]
    assert [job for job in hall.begun if job[0] == "b"] == ["b0", "b1", "b2"]
    assert {*hall.begun[:2]} == {"a0", "b0"}


async def test_a_slot_that_gets_free_lets_those_in_who_had_to_wait_for_the_others(
    hall: Hall,
) -> None:
    hall.put("a", *named("a", 10))
    hall.put("b", *named("b", 10))
    await hall.settle()
    before = dict(hall.busy)
    for _, job in list(hall.under_way):
        await hall.let_go(job)
    await hall.settle()

    assert sum(before.values()) >= 5
    assert sum(hall.busy.values()) >= 5, "they go on"


async def test_what_waits_too_long_beyond_the_cap_is_surplus_the_last_to_come_first(
    hall: Hall,
) -> None:
    hall.put("slow", *named("s", 6), cap=2)
    await hall.settle()
    early = list(hall.lanes.surplus())
    hall.now += PATIENCE + 0.01
    late = list(hall.lanes.surplus())

    assert early == []
    assert late == ["s5", "s4"], "two are under way, two may wait"
    assert hall.lanes.of("slow", 2).slow


async def test_a_slow_lane_is_stuck_while_nothing_ends_there(hall: Hall) -> None:
    lane = hall.lanes.of("slow", 2)
    hall.put("slow", *named("s", 6), cap=2)
    await hall.settle()
    hall.now += PATIENCE + 0.01
    early = hall.lanes.is_stuck(lane)
    list(hall.lanes.surplus())
    slow = hall.lanes.is_stuck(lane)
    await hall.let_go("s0")
    hall.put("slow", "more", cap=2)
    moves = hall.lanes.is_stuck(lane)
    hall.now += PATIENCE + 0.01

    assert (early, slow, moves) == (False, True, False)
    assert hall.lanes.is_stuck(lane)


async def test_a_lane_that_flows_has_no_surplus_until_its_first_has_waited_very_long(
    hall: Hall,
) -> None:
    hall.put("busy", *named("b", 60), cap=2)
    surplus: list[int] = []
    for number in range(20):
        hall.now += PATIENCE / 2
        await hall.settle()
        await hall.let_go(f"b{number}")
        surplus.append(len(list(hall.lanes.surplus())))

    flowing = int(LONGEST / (PATIENCE / 2))
    assert surplus[:flowing] == [0] * flowing
    assert surplus[flowing] > 0


async def test_a_closed_hall_begins_nothing_and_what_is_under_way_settles(hall: Hall) -> None:
    hall.put("a", "first")
    await hall.settle()
    hall.lanes.close()
    hall.put("a", "second")
    settled = asyncio.create_task(hall.lanes.settled())
    await hall.settle()
    waited = settled.done()
    await hall.let_go("first")
    await settled

    assert not waited
    assert hall.begun == ["first"]
