"""Background work ends with its block, whatever it does to a cancellation, and never dies unseen."""

import asyncio
from contextlib import suppress

from structlog.testing import capture_logs

from telecine.shared.tasks import alongside
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
