"""Chains: each delivery learns the one before it, once and for all."""

from collections.abc import AsyncIterator

import pytest

from telecine.shared.errors import Conflict
from telecine.shared.tables.database import Database, opened
from telecine.subscriptions.chains import Chains, Link
from telecine.subscriptions.reigns import Reign
from telecine.subscriptions.schema import SCHEMA
from tests.shared.videos import minute


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url, SCHEMA) as database:
        yield database


@pytest.fixture
async def chains(database: Database) -> Chains:
    return await begun(database, "one")


async def begun(database: Database, name: str) -> Chains:
    """Answer the chains of a copy that fans out from now on."""
    reign = Reign(database)
    await reign.begin(name)
    return Chains(database, reign)


def links(*ids: str, chain: str = "e:v", at: int = 1) -> list[Link]:
    return [Link(each, chain, minute(at)) for each in ids]


async def test_each_learns_the_one_before_it_in_its_own_chain(chains: Chains) -> None:
    mixed = [*links("a1"), *links("b1", chain="e:w"), *links("a2"), *links("b2", chain="e:w")]

    assert await chains.link(mixed) == {"a1": None, "b1": None, "a2": "a1", "b2": "b1"}
    assert await chains.link(links("a3")) == {"a3": "a2"}


async def test_one_that_is_linked_again_keeps_its_place(chains: Chains) -> None:
    await chains.link(links("a1", "a2"))
    await chains.link(links("a3"))

    again = await chains.link(links("a2", "a3", "a4"))

    assert again == {"a2": "a1", "a3": "a2", "a4": "a3"}


async def test_more_than_one_statement_takes_is_linked_in_order(chains: Chains) -> None:
    names = [f"d{number}" for number in range(1201)]

    before = await chains.link(links(*names))

    assert [before[name] for name in names] == [None, *names[:-1]]


async def test_who_was_followed_by_another_may_link_no_more(
    database: Database, chains: Chains
) -> None:
    await chains.link(links("a1"))
    successor = await begun(database, "two")

    with pytest.raises(Conflict, match="two fans out by now"):
        await chains.link(links("a2"))

    assert await successor.link(links("a3")) == {"a3": "a1"}, "nothing of the late one is left"


async def test_old_links_are_forgotten_and_young_ones_kept(chains: Chains) -> None:
    await chains.link([*links("a1", at=1), *links("a2", at=5), *links("a3", at=9)])

    assert await chains.prune(minute(6)) == 2

    assert await chains.link(links("a3", "a4")) == {"a3": None, "a4": "a3"}


async def test_places_are_found_by_the_time_of_their_events(chains: Chains) -> None:
    first, second, third = links("a1"), links("b1", chain="e:w"), links("a2", at=2)
    await chains.link([*second, *first, *third])
    await chains.link(links("a3", at=3))

    assert await chains.at({minute(1), minute(2)}) == [*second, *first, *third]
    assert await chains.at(set()) == []
