"""Projections: every message is shown at least once, whatever fails or dies in between."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from faststream.nats import NatsBroker
from nats.aio.msg import Msg

from telecine.shared.bus import Bus
from telecine.shared.errors import BrokenMessage
from telecine.shared.heartbeat import Beating
from telecine.shared.instance import Instance
from telecine.shared.projections import project
from telecine.shared.settings import Settings
from telecine.shared.virtual_time import VirtualClock
from telecine.simulations.nats_server import EmbeddedNats
from tests.nats import killed
from tests.waiting import until

Take = Callable[[Msg], Awaitable[None]]
Projecting = Callable[[Take], AbstractAsyncContextManager[None]]

pytestmark = pytest.mark.usefixtures("short_ack_wait")


@pytest.fixture
def short_ack_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telecine.shared.projections.ACK_WAIT", 0.5)


@pytest.fixture
def projecting(bus: Bus, server: EmbeddedNats, tmp_path: Path) -> Projecting:
    """Runs one copy of a service that has a projection of ATTEMPTS."""

    @asynccontextmanager
    async def running(take: Take) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            broker = NatsBroker(server.url, logger=None, max_reconnect_attempts=-1)
            clock, beating = VirtualClock(bus), Beating(bus, "viewer", "viewer-1")
            settings = Settings(data=tmp_path, nats_url=server.url)
            me = Instance("viewer", settings, bus, broker, clock, beating, stack)
            project(me, "ATTEMPTS", "attempt.>", "viewer-view", take)
            await me.ready()
            yield

    return running


class View:
    """Notes what it is shown and acknowledges it, unless a hook raises."""

    def __init__(self, bus: Bus, hook: Callable[[bytes], None] = lambda _: None) -> None:
        self.shown: list[bytes] = []
        self._bus = bus
        self._hook = hook

    async def take(self, message: Msg) -> None:
        self.shown.append(message.data)
        self._hook(message.data)
        await self._bus.ack(message)


async def happen(bus: Bus, *bodies: bytes) -> None:
    for body in bodies:
        await bus.publish("attempt.failed.demo.e1", body)


async def unacknowledged(bus: Bus) -> int:
    info = await bus.js.consumer_info("ATTEMPTS", "viewer-view")
    return (info.num_ack_pending or 0) + (info.num_pending or 0)


async def all_done(bus: Bus) -> bool:
    return await unacknowledged(bus) == 0


async def test_messages_from_before_and_after_the_start_are_shown(
    bus: Bus, projecting: Projecting
) -> None:
    view = View(bus)
    await happen(bus, b"1", b"2")
    async with projecting(view.take):
        await happen(bus, b"3")
        await until(lambda: all_done(bus))

    assert sorted(view.shown) == [b"1", b"2", b"3"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[1]"])
async def test_body_is_handed_over_as_it_is_whatever_it_holds(
    bus: Bus, projecting: Projecting, body: bytes
) -> None:
    view = View(bus)
    async with projecting(view.take):
        await happen(bus, body)
        await until(lambda: all_done(bus))

    assert view.shown == [body]


async def test_message_that_could_not_be_shown_comes_again(
    bus: Bus, projecting: Projecting
) -> None:
    failures = [b"2"]

    def fail_once(body: bytes) -> None:
        if body in failures:
            failures.remove(body)
            raise RuntimeError("the database is away")

    view = View(bus, fail_once)
    async with projecting(view.take):
        await happen(bus, b"1", b"2", b"3")
        await until(lambda: all_done(bus))

    assert sorted(view.shown) == [b"1", b"2", b"2", b"3"]


async def test_broken_message_is_given_up(bus: Bus, projecting: Projecting) -> None:
    def break_at_1(body: bytes) -> None:
        if body == b"1":
            raise BrokenMessage("nobody can read this")

    view = View(bus, break_at_1)
    async with projecting(view.take):
        await happen(bus, b"1", b"2")
        await until(lambda: all_done(bus))

    assert sorted(view.shown) == [b"1", b"2"]


async def test_projection_goes_on_when_the_server_was_killed(
    bus: Bus, server: EmbeddedNats, projecting: Projecting
) -> None:
    view = View(bus)
    async with projecting(view.take):
        await happen(bus, b"1")
        await until(lambda: all_done(bus))
        await killed(server, bus)
        await happen(bus, b"2")
        await until(lambda: b"2" in view.shown, deadline=20)


async def test_projection_goes_on_where_it_stopped(bus: Bus, projecting: Projecting) -> None:
    first, second = View(bus), View(bus)
    async with projecting(first.take):
        await happen(bus, b"1")
        await until(lambda: all_done(bus))
    await happen(bus, b"2")
    async with projecting(second.take):
        await until(lambda: all_done(bus))

    assert (first.shown, second.shown) == ([b"1"], [b"2"])


async def test_projection_whose_consumer_was_deleted_shows_everything_anew(
    bus: Bus, projecting: Projecting
) -> None:
    view = View(bus)
    async with projecting(view.take):
        await happen(bus, b"1")
        await until(lambda: all_done(bus))
        await bus.js.delete_consumer("ATTEMPTS", "viewer-view")
        await happen(bus, b"2")
        await until(lambda: b"2" in view.shown, deadline=20)
