"""Background work ends with its block, whatever it does to a cancellation, and never dies unseen."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from structlog.testing import capture_logs

from telecine.shared.tasks import Crew, alongside, in_thread, insist, pause_before, side_by_side
from tests.waiting import until


async def test_work_runs_while_the_block_lasts_and_no_longer() -> None:
    ticks: list[int] = []

    async def tick() -> None:
        while True:
            ticks.append(1)
            await asyncio.sleep(0)

    async with alongside("ticking", tick()):
        await until(lambda: len(ticks) > 3, poll=0)
    after = len(ticks)
    for _ in range(10):
        await asyncio.sleep(0)

    assert len(ticks) == after


async def test_work_that_swallows_a_cancellation_is_ended_all_the_same() -> None:
    swallowed: list[bool] = []

    async def deaf() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        swallowed.append(True)
        await asyncio.Event().wait()

    async with asyncio.timeout(10), alongside("deaf", deaf()):
        await asyncio.sleep(0)

    assert swallowed == [True]


async def test_work_that_fails_is_logged_as_an_error() -> None:
    async def fail() -> None:
        raise ValueError("nobody awaits me")

    with capture_logs() as logs:
        async with alongside("failing", fail()):
            await until(lambda: logs)

    assert logs[0]["event"] == "task.failed"
    assert logs[0]["task"] == "failing"
    assert "nobody awaits me" in logs[0]["error"]


async def test_blocks_side_by_side_are_entered_in_turn_and_left_at_once() -> None:
    order: list[str] = []
    leaving = asyncio.Barrier(2)

    @asynccontextmanager
    async def block(name: str) -> AsyncIterator[None]:
        order.append(name)
        try:
            yield
        finally:
            await asyncio.wait_for(leaving.wait(), 5)

    async with side_by_side(block("first"), block("second")):
        assert order == ["first", "second"]

    assert leaving.n_waiting == 0


async def test_of_blocks_side_by_side_those_that_were_entered_are_left() -> None:
    order: list[str] = []

    @asynccontextmanager
    async def block(name: str, fault: Exception | None = None) -> AsyncIterator[None]:
        if fault:
            raise fault
        try:
            yield
        finally:
            order.append(name)

    with pytest.raises(LookupError):
        async with side_by_side(block("first"), block("second", LookupError())):
            raise AssertionError("it cannot be entered")

    assert order == ["first"]


async def test_a_crew_ends_with_what_it_has_begun() -> None:
    crew, ended = Crew("crew"), []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(1)

    crew.spawn(work())
    await asyncio.sleep(0)
    crew.spawn(work())  # it has not begun when the crew is told to stop

    await crew.stop()
    await crew.settled()

    assert ended == [1]


async def test_a_crew_is_settled_when_nothing_is_under_way() -> None:
    crew, steps = Crew("crew"), []

    async def first() -> None:
        await asyncio.sleep(0)
        crew.spawn(second())
        steps.append(1)

    async def second() -> None:
        await asyncio.sleep(0)
        steps.append(2)

    crew.spawn(first())
    await crew.settled()

    assert steps == [1, 2]


async def test_a_piece_of_work_that_fails_is_told() -> None:
    crew = Crew("crew")

    async def fail() -> None:
        raise OSError("the disk is full")

    with capture_logs() as logs:
        crew.spawn(fail())
        await crew.settled()
        await asyncio.sleep(0)

    assert [(each["event"], each["task"]) for each in logs] == [("task.failed", "crew")]


async def test_insisting_ends_with_the_first_success_and_tells_of_each_failure() -> None:
    left, told = [OSError("one"), OSError("two")], []

    async def work() -> str:
        if left:
            raise left.pop(0)
        return "done"

    assert await insist(work, lambda error: told.append(str(error))) == "done"
    assert told == ["one", "two"]


async def test_insisting_ends_when_it_is_told_to_give_up() -> None:
    async def work() -> None:
        raise OSError("the disk is full")

    def give_up(error: Exception) -> None:
        raise error

    with pytest.raises(OSError, match="full"):
        await insist(work, give_up)


def test_pauses_grow_and_are_bounded() -> None:
    pauses = [pause_before(tries) for tries in range(1, 2000)]

    assert pauses == sorted(pauses)
    assert pauses[0] == 0.05
    assert pauses[-1] == 2.0


async def test_work_in_a_thread_holds_up_nobody_and_answers() -> None:
    begun, may_end = threading.Event(), threading.Event()

    def work() -> str:
        begun.set()
        return "done" if may_end.wait(10) else "never told"

    working = asyncio.create_task(in_thread(work))
    await until(begun.is_set)  # we go on meanwhile
    may_end.set()

    assert await working == "done"


async def test_a_cancellation_waits_for_the_end_of_work_in_a_thread() -> None:
    begun, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        may_end.wait(10)
        ended.set()

    working = asyncio.create_task(in_thread(work))
    await until(begun.is_set)
    for _ in range(3):
        working.cancel()
        await asyncio.sleep(0)
    assert not working.done()
    may_end.set()

    with pytest.raises(asyncio.CancelledError):
        await working
    assert ended.is_set()
