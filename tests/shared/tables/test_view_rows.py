"""A view's row only ever moves on, whoever writes it and however late."""

from collections.abc import AsyncIterator

import pytest

from telecine.shared.aggregates.endpoint import Active, Known
from telecine.shared.tables.database import opened
from telecine.subscriptions.tables import EndpointRow
from telecine.subscriptions.view import EndpointView
from tests.shared.endpoints import ACTIVE, DELETED, INACTIVE, profile
from tests.shared.videos import ORG


@pytest.fixture
async def view(database_url: str) -> AsyncIterator[EndpointView]:
    async with opened(database_url, [EndpointRow]) as database:
        yield EndpointView(database)


async def test_a_later_state_replaces_an_earlier_one(view: EndpointView) -> None:
    await view.put(INACTIVE, 7)
    await view.put(Active(profile(3)), 9)

    assert await view.active(ORG) == [(Active(profile(3)), 9)]


@pytest.mark.parametrize("earlier", [ACTIVE, INACTIVE], ids=lambda state: str(state.kind))
async def test_an_earlier_state_never_replaces_a_later_one(
    view: EndpointView, earlier: Known
) -> None:
    await view.put(DELETED, 9)
    await view.put(earlier, 7)

    assert await view.active(ORG) == []


async def test_a_state_that_is_shown_twice_is_there_once(view: EndpointView) -> None:
    await view.put(ACTIVE, 7)
    await view.put(ACTIVE, 7)

    assert await view.active(ORG) == [(ACTIVE, 7)]
