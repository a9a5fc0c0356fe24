"""Live streams and jobs behind the encoder's pulls: no step twice, and no timer lost to a crash."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from nats.aio.msg import Msg

from telecine.shared.errors import Unavailable
from telecine.shared.log.envelope import Kind, Trace
from telecine.shared.log.eventlog import EventLog
from telecine.shared.log.kinds import JOB, LIVE
from telecine.shared.time.timers import Timer, fired_headers
from telecine.shared.wire.bus import Bus
from telecine.transcoder import stepping
from telecine.transcoder.stepping import Machine, Stepping, job_machine, live_machine
from tests.shared import jobs, lives
from tests.shared.videos import ORG, due

TRACE = Trace("cause-1", "wish-1")


class Room:
    """One kind of aggregate with its log, and the messages that the encoder would get."""

    def __init__(
        self, bus: Bus, kind: Kind[Any, Any], machine: Machine[Any, Any], key: str
    ) -> None:
        self._bus, self._machine, self.id = bus, machine, key
        self.log: EventLog[Any, Any] = EventLog(bus, kind)
        self.steps = Stepping(bus, self.log, machine)

    async def append(self, module: Any, *facts: str) -> None:
        for fact in facts:
            loaded = await self.log.load(ORG, self.id)
            stamp = module.stamp(loaded.version + 1)
            await self.log.append(loaded, module.FACTS[fact], stamp, TRACE)

    async def message(self, subject: str) -> Msg:
        """Answer the first message under a subject that was not taken yet."""
        durable = f"test-{subject.replace('.', '-').replace('*', 'x')}"
        pulling = await self._bus.js.pull_subscribe(subject, durable)
        (found,) = await pulling.fetch(1)
        return found

    async def fired(self, generation: int) -> Msg:
        """Answer the message of a timer, as the clock fires it."""
        service = self._machine.service
        timer = Timer(service, self.id, generation, due(generation, 0), "l", {})
        subject = f"due.{service}.{self.id}"
        body = b'{"org": "%b", "correlation": "c-1"}' % ORG.encode()
        await self._bus.publish(subject, body, headers=fired_headers(timer))
        return await self.message(subject)

    async def timers(self) -> set[str]:
        state = (await self._bus.js.stream_info("TIMERS", subjects_filter=">")).state
        return {subject.removeprefix("timer.") for subject in state.subjects or {}}

    async def facts(self) -> list[str]:
        found = self.log.read(f"{self.log.kind.name}.>")
        return [each.fact.type.partition(".")[2] async for each in found]


@pytest.fixture
def live(bus: Bus) -> Room:
    return Room(bus, LIVE, live_machine(0, "quick"), lives.ID)


@pytest.fixture
def job(bus: Bus) -> Room:
    return Room(bus, JOB, job_machine(0, "quick"), jobs.ID)


async def cut_short(patch: pytest.MonkeyPatch, step: Callable[[], Awaitable[None]]) -> None:
    """Make a step whose timer cannot be set."""

    async def refuses(*_: object) -> None:
        raise Unavailable("killed before the timer was set")

    with patch.context() as patched:
        patched.setattr(stepping, "set_timer", refuses)
        with pytest.raises(Unavailable):
            await step()


async def test_a_job_is_queued_once_and_its_timer_survives_a_crash(
    job: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await job.append(jobs, "created")
    message = await job.message("job.created.*.*")
    await cut_short(monkeypatch, lambda: job.steps.begun(message))
    assert await job.timers() == set()

    await job.steps.begun(message)

    assert await job.timers() == {f"transcoder-job.{job.id}.2"}
    assert await job.facts() == ["created", "queued"]


async def test_a_step_that_comes_again_sets_the_timer_that_was_not_set(
    bus: Bus, job: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await job.append(jobs, "created", "queued")
    message = await job.fired(2)
    await cut_short(monkeypatch, lambda: job.steps.due(message))

    bus.failed(message)
    await job.steps.due(message)

    assert await job.timers() == {f"transcoder-job.{job.id}.3"}
    assert await job.facts() == ["created", "queued", "started"]


async def test_a_plain_duplicate_of_a_timer_changes_nothing(job: Room) -> None:
    await job.append(jobs, "created", "queued")
    await job.steps.due(await job.fired(2))
    before = await job.facts()

    await job.steps.due(await job.fired(2))

    assert await job.facts() == before


async def test_a_timer_of_a_cancelled_job_comes_to_nothing(job: Room) -> None:
    await job.append(jobs, "created", "queued", "cancelled")

    await job.steps.due(await job.fired(2))

    assert await job.facts() == ["created", "queued", "cancelled"]
    assert await job.timers() == set()


async def test_a_scheduled_stream_waits_until_its_start_is_wanted(live: Room) -> None:
    await live.append(lives, "created_for_later")
    await live.steps.begun(await live.message("live.created.*.*"))
    assert await live.facts() == ["created"]

    await live.append(lives, "start_requested")
    await live.steps.begun(await live.message("live.start_requested.*.*"))

    assert await live.facts() == ["created", "start_requested", "server_starting"]
    assert await live.timers() == {f"transcoder-live.{live.id}.3"}


async def test_a_stop_that_somebody_else_has_decided_gets_its_timer_here(
    live: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = ("created", "server_starting", "server_ready", "publish_started", "stopped")
    await live.append(lives, *begun)
    message = await live.message("live.stopped.*.*")
    await cut_short(monkeypatch, lambda: live.steps.begun(message))

    await live.steps.begun(message)

    assert await live.timers() == {f"transcoder-live.{live.id}.5"}
    assert await live.facts() == list(begun)


async def test_the_break_that_was_awaited_does_not_come_after_a_stop(live: Room) -> None:
    await live.append(
        lives, "created", "server_starting", "server_ready", "publish_started", "stopped"
    )

    await live.steps.due(await live.fired(4))

    assert (await live.facts())[-1] == "stopped"


async def test_a_timer_of_a_deleted_stream_comes_to_nothing(live: Room) -> None:
    await live.append(lives, "created", "server_starting", "deleted")

    await live.steps.due(await live.fired(2))

    assert (await live.facts())[-1] == "deleted"
    assert await live.timers() == set()
