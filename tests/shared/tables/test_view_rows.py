"""A view's row only ever moves on, whoever writes it and however late."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

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


async def test_copies_that_show_the_same_rows_in_other_orders_keep_nobody_out(
    database_url: str,
) -> None:
    profiles = [replace(profile(1), id=f"{number:024x}") for number in range(100)]
    async with (
        opened(database_url, [EndpointRow]) as first,
        opened(database_url, [EndpointRow]) as second,
    ):
        views = EndpointView(first), EndpointView(second)
        for round_ in range(20):
            rows = [Active(each) for each in profiles]
            await asyncio.gather(
                *(views[0].put(each, 2 * round_ + 1) for each in rows),
                *(views[1].put(each, 2 * round_ + 2) for each in reversed(rows)),
            )

        assert {sequence for _, sequence in await views[0].active(ORG)} == {40}
