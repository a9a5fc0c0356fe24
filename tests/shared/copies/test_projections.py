"""Projections: the last state of every aggregate is shown, whatever fails or dies in between."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from faststream.nats import NatsBroker

from telecine.shared.aggregates.video import Known
from telecine.shared.copies.heartbeat import Beating
from telecine.shared.copies.instance import Instance
from telecine.shared.copies.projections import Projection, project
from telecine.shared.settings import Settings
from telecine.shared.time.virtual_time import VirtualClock
from telecine.shared.wire.bus import Bus
from telecine.simulations.nats_server import EmbeddedNats
from tests.nats import killed
from tests.shared.logged import LIFE, fill, live, video_log
from tests.shared.videos import ID
from tests.waiting import until

Shows = Callable[[Known, int], None]


class View:
    """Keeps what it is shown, unless a hook raises."""

    def __init__(self, hook: Shows = lambda _, __: None) -> None:
        self.shown: list[tuple[str, str, int]] = []
        self._hook = hook

    async def put(self, state: Known, sequence: int) -> None:
        self._hook(state, sequence)
        self.shown.append((state.card.id, state.kind, sequence))

    def last(self, video_id: str) -> str | None:
        """Answer the kind of a video's last shown state, by its place in the log."""
        found = [(sequence, kind) for id_, kind, sequence in self.shown if id_ == video_id]
        return max(found)[1] if found else None


Projecting = Callable[[View], AbstractAsyncContextManager[None]]


@pytest.fixture
def projecting(bus: Bus, server: EmbeddedNats, tmp_path: Path) -> Projecting:
    """Runs one copy of a service that has a view of the videos."""

    @asynccontextmanager
    async def running(view: View) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            broker = NatsBroker(server.url, logger=None, max_reconnect_attempts=-1)
            clock, beating = VirtualClock(bus), Beating(bus, "viewer", "viewer-1")
            settings = Settings(data=tmp_path, nats_url=server.url)
            me = Instance("viewer", settings, bus, broker, clock, beating, stack)
            await project(me, video_log(bus), "viewer-view", view.put)
            yield

    return running


async def all_done(bus: Bus) -> bool:
    """Whether all that is stored is acknowledged (pending is counted a moment after it is stored)."""
    stored = (await bus.js.stream_info("VIDEOS")).state.last_seq
    info = await bus.js.consumer_info("VIDEOS", "viewer-view")
    return info.ack_floor is not None and info.ack_floor.stream_seq == stored


async def test_facts_from_before_and_after_the_start_are_shown(
    bus: Bus, projecting: Projecting
) -> None:
    view = View()
    await live(video_log(bus), LIFE[:2])
    async with projecting(view):
        await until(lambda: view.last(ID) == "queued")
        await live(video_log(bus), LIFE[2:])
        await until(lambda: view.last(ID) == "watchable")


async def test_of_what_waits_only_the_last_state_of_each_video_is_shown(
    bus: Bus, projecting: Projecting
) -> None:
    view = View()
    await fill(bus, 3)
    await live(video_log(bus), LIFE)
    async with projecting(view):
        await until(lambda: all_done(bus))

    assert [view.last(f"v{number}") for number in range(3)] == ["created"] * 3
    assert view.last(ID) == "watchable"
    assert len(view.shown) < 3 + len(LIFE)


async def test_fact_that_comes_again_hides_no_newer_one_of_its_group(bus: Bus) -> None:
    view, log = View(), video_log(bus)
    await live(log, LIFE[:2])
    subscription = await bus.js.pull_subscribe("video.>", stream="VIDEOS")
    older, newer = await subscription.fetch(2)

    await Projection(bus, log, view.put).take([newer, older])

    assert view.last(ID) == "queued"


async def test_facts_that_could_not_be_shown_are_shown_when_it_can_be_done(
    bus: Bus, projecting: Projecting
) -> None:
    failures = iter([True, True])

    def fail_twice(_: Known, __: int) -> None:
        if next(failures, False):
            raise RuntimeError("the database is away")

    view = View(fail_twice)
    await live(video_log(bus), LIFE[:2])
    async with projecting(view):
        await until(lambda: all_done(bus))

    assert view.last(ID) == "queued"


async def test_broken_fact_is_given_up_and_hides_no_other(
    bus: Bus, projecting: Projecting
) -> None:
    view = View()
    await bus.publish(f"video.created.demo.{ID}x", b"{")
    await live(video_log(bus), LIFE[:1])
    async with projecting(view):
        await until(lambda: all_done(bus))

    assert {id_ for id_, _, _ in view.shown} == {ID}


async def test_projection_goes_on_when_the_server_was_killed(
    bus: Bus, server: EmbeddedNats, projecting: Projecting
) -> None:
    view = View()
    async with projecting(view):
        await live(video_log(bus), LIFE[:1])
        await until(lambda: all_done(bus))
        await killed(server, bus)
        await live(video_log(bus), LIFE[1:2])
        await until(lambda: view.last(ID) == "queued", deadline=20)


async def test_projection_goes_on_where_it_stopped(bus: Bus, projecting: Projecting) -> None:
    first, second = View(), View()
    async with projecting(first):
        await live(video_log(bus), LIFE[:1])
        await until(lambda: all_done(bus))
    await live(video_log(bus), LIFE[1:2])
    async with projecting(second):
        await until(lambda: all_done(bus))

    assert [kind for _, kind, _ in first.shown] == ["uploaded"]
    assert [kind for _, kind, _ in second.shown] == ["queued"]
