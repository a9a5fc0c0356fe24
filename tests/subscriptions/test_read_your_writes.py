"""Read your writes: what was answered about an endpoint, matching and lists can see already."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from telecine.clock import time_line
from telecine.shared.contracts.subscriptions import (
    CreateEndpoint,
    DeleteEndpoint,
    EndpointWish,
    ListEndpoints,
    SetEndpointActive,
    UpdateEndpoint,
)
from telecine.shared.events.clock import ClockStarted
from telecine.shared.log.eventlog import EventLog
from telecine.shared.log.kinds import ENDPOINT
from telecine.shared.tables.database import opened
from telecine.shared.tables.sealing import KEY_BYTES, Seal
from telecine.shared.time.virtual_time import VirtualClock, wall_now
from telecine.shared.wire.bus import Bus
from telecine.subscriptions.handlers import Handlers
from telecine.subscriptions.tables import EndpointRow, SecretRow
from telecine.subscriptions.vault import Vault
from telecine.subscriptions.view import EndpointView
from tests.nats import bus, connect, server

__all__ = ["bus", "connect", "server"]

WISH = EndpointWish(url="http://127.0.0.1/hook", types=("video.uploaded",))
CALLER = {"org": "demo", "request_id": "r-1", "correlation_id": "c-1"}


@dataclass(frozen=True)
class Desk:
    """Subscriptions' answers, and the view, without the projection that would repair it."""

    handlers: Handlers
    view: EndpointView

    async def create(self) -> str:
        """Create an endpoint, and see that it is matched as soon as that is answered."""
        command = CreateEndpoint(**CALLER, platform="omega", request_key="k-1", wish=WISH)
        created = (await self.handlers.create(command)).endpoint.profile.id
        assert [each.profile.id for each, _ in await self.view.active("demo")] == [created]
        return created

    async def listed(self) -> list[str]:
        page = await self.view.page(ListEndpoints(org="demo"))
        return [each.profile.subscription.url for each in page.endpoints]


async def anywhere(url: str) -> None:
    """This house sends to every URL."""


@pytest.fixture
async def desk(bus: Bus, database_url: str) -> AsyncIterator[Desk]:
    now, clock = wall_now(), VirtualClock(bus)
    await time_line.append(bus, ClockStarted(now=now, wall=now, speed=1), 0)
    async with opened(database_url, [EndpointRow, SecretRow]) as database, clock.following():
        view, log = EndpointView(database), EventLog(bus, ENDPOINT)
        chance = secrets.token_bytes
        vault = Vault(database, Seal(bytes(KEY_BYTES)))
        yield Desk(
            Handlers(
                log, view, vault, clock, seed=0, random_bytes=chance, ensure_reachable=anywhere
            ),
            view,
        )


async def test_an_endpoint_that_was_answered_is_matched_and_listed(desk: Desk) -> None:
    await desk.create()

    [(_, sequence)] = await desk.view.active("demo")

    assert sequence == 1, "delivery is told how far it must know the endpoint"
    assert await desk.listed() == [WISH.url]


async def test_an_endpoint_that_was_made_inactive_was_at_no_time_active(
    desk: Desk, bus: Bus
) -> None:
    """An event in between would be owed to it, and a crash would leave it so."""
    command = CreateEndpoint(
        **CALLER, platform="omega", request_key="k-1", wish=WISH, active=False
    )

    made = (await desk.handlers.create(command)).endpoint

    log = EventLog(bus, ENDPOINT)
    states = [await log.state_after(each) async for each in log.read("endpoint.>")]
    assert [state.kind for state in states] == [made.kind] == ["inactive"]


async def test_making_an_endpoint_again_leaves_it_as_it_is(desk: Desk) -> None:
    command = CreateEndpoint(
        **CALLER, platform="omega", request_key="k-1", wish=WISH, active=False
    )
    made = (await desk.handlers.create(command)).endpoint.profile.id
    on = SetEndpointActive(**CALLER, platform="omega", endpoint_id=made, active=True)
    await desk.handlers.set_active(on)

    assert (await desk.handlers.create(command)).endpoint.kind == "active"


async def test_an_endpoint_that_was_switched_off_is_matched_no_more(desk: Desk) -> None:
    endpoint_id = await desk.create()
    off = SetEndpointActive(**CALLER, platform="omega", endpoint_id=endpoint_id, active=False)

    await desk.handlers.set_active(off)

    assert await desk.view.active("demo") == []


async def test_an_endpoint_that_was_changed_is_matched_as_it_is_now(desk: Desk) -> None:
    endpoint_id = await desk.create()
    wish = EndpointWish(url="http://127.0.0.1/new", types=("video.uploaded",))
    change = UpdateEndpoint(**CALLER, platform="omega", endpoint_id=endpoint_id, wish=wish)

    await desk.handlers.update(change)

    [(active, sequence)] = await desk.view.active("demo")
    assert (active.profile.subscription.url, sequence) == (wish.url, 2)


async def test_an_endpoint_that_was_deleted_is_gone_from_the_list(desk: Desk) -> None:
    endpoint_id = await desk.create()
    command = DeleteEndpoint(**CALLER, platform="omega", endpoint_id=endpoint_id)

    await desk.handlers.delete(command)

    assert await desk.view.active("demo") == []
    assert await desk.listed() == []
