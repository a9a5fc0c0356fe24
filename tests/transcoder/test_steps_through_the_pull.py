"""The encoder's steps behind their pulls: whatever stops between fact and timer, the video goes on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from telecine.shared.errors import Unavailable
from telecine.shared.log.eventlog import EventLog
from telecine.shared.log.kinds import VIDEO
from telecine.shared.time.timers import Timer, fired_headers, set_timer
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.pull import Pull, singly
from telecine.simulations.nats_server import EmbeddedNats
from telecine.transcoder import handlers
from telecine.transcoder.handlers import Steps
from tests.nats import Connect, killed
from tests.shared.logged import append, video_log
from tests.shared.videos import FACTS, ID, ORG, due
from tests.waiting import until

SetTimer = Callable[[Bus, Timer], Awaitable[None]]
FIRST = f"timer.transcoder.{ID}.2"
SECOND = f"timer.transcoder.{ID}.3"


class Interruption:
    """Lets the first setting of a timer fail, or hang until the service is stopped."""

    def __init__(self, set_timer: SetTimer, *, hangs: bool) -> None:
        self.reached = asyncio.Event()
        self._set_timer = set_timer
        self._hangs = hangs

    async def __call__(self, *args: Any) -> None:
        if self.reached.is_set():
            await self._set_timer(*args)
            return
        self.reached.set()
        if self._hangs:
            await asyncio.Event().wait()
        raise Unavailable("NATS did not confirm the timer")


@pytest.fixture
def interrupt(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Interruption]:
    def arm(*, hangs: bool) -> Interruption:
        interruption = Interruption(set_timer, hangs=hangs)
        monkeypatch.setattr(handlers, "set_timer", interruption)
        return interruption

    return arm


@asynccontextmanager
async def transcoder(bus: Bus) -> AsyncIterator[None]:
    """Run the encoder's two pulls, as its service does."""
    steps = Steps(bus, EventLog(bus, VIDEO), 0, "instant")
    uploaded = Pull(
        bus, "VIDEOS", "transcoder-uploaded", ["video.uploaded.*.*"], singly(steps.uploaded)
    )
    due_ = Pull(bus, "DUE", "transcoder-due", ["due.transcoder.>"], singly(steps.due))
    async with uploaded.running(), due_.running():
        yield


async def upload(bus: Bus) -> None:
    log = video_log(bus)
    await append(log, await log.load(ORG, ID), FACTS["uploaded_by_link"])


async def fire(bus: Bus, generation: int) -> None:
    """Fire a step's timer, as the clock does."""
    step = Timer("transcoder", ID, generation, due(generation, 0), f"video:{ID}", {})
    body = f'{{"org": "{ORG}", "correlation": "test"}}'.encode()
    await bus.publish(f"due.transcoder.{ID}", body, headers=fired_headers(step))


async def timers(bus: Bus) -> set[str]:
    state = (await bus.js.stream_info("TIMERS", subjects_filter=">")).state
    return set(state.subjects or {})


async def waits_for(bus: Bus, subject: str) -> bool:
    return subject in await timers(bus)


async def facts(bus: Bus) -> int:
    return len([each async for each in video_log(bus).read("video.>")])


async def test_timer_that_could_not_be_set_is_set_when_the_handler_is_called_again(
    bus: Bus, interrupt: Callable[..., Interruption]
) -> None:
    interruption = interrupt(hangs=False)
    async with transcoder(bus):
        await upload(bus)
        await until(lambda: waits_for(bus, FIRST))

    assert interruption.reached.is_set()
    assert await facts(bus) == 2


async def test_step_cut_short_before_its_timer_is_finished_by_the_next_process(
    bus: Bus, connect: Connect, interrupt: Callable[..., Interruption]
) -> None:
    """Whoever acknowledged before the timer was set would leave the video where it is for ever."""
    async with connect() as dying, transcoder(dying):
        await upload(bus)
        await until(lambda: first_step_is_made(bus))
        interruption = interrupt(hangs=True)
        await fire(bus, 2)
        await interruption.reached.wait()
    assert await timers(bus) == {FIRST}

    async with connect() as heir, transcoder(heir):
        await until(lambda: waits_for(bus, SECOND))

    assert await facts(bus) == 3


async def test_step_cut_short_by_a_kill_of_the_server_is_finished(
    bus: Bus, server: EmbeddedNats, interrupt: Callable[..., Interruption]
) -> None:
    interruption = interrupt(hangs=False)
    async with transcoder(bus):
        await upload(bus)
        await interruption.reached.wait()
        await killed(server, bus)
        await until(lambda: waits_for(bus, FIRST))

    assert await facts(bus) == 2


async def test_plain_duplicate_of_a_fired_timer_sets_nothing(bus: Bus) -> None:
    async with transcoder(bus):
        await upload(bus)
        await until(lambda: waits_for(bus, FIRST))
        await fire(bus, 2)
        await until(lambda: waits_for(bus, SECOND))
        await bus.js.delete_msg("TIMERS", 2)  # the clock has fired it

        await fire(bus, 2)
        await until(lambda: due_is_empty(bus))

    assert await timers(bus) == {FIRST}
    assert await facts(bus) == 3


async def due_is_empty(bus: Bus) -> bool:
    return (await bus.js.stream_info("DUE")).state.messages == 0


async def first_step_is_made(bus: Bus) -> bool:
    """Whether the first step is made and acknowledged, and its timer is all there is."""
    info = await bus.js.consumer_info("VIDEOS", "transcoder-uploaded")
    return await waits_for(bus, FIRST) and not info.num_ack_pending
