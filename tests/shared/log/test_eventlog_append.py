"""Append: of many writers one wins, a stale one never, and an unclear answer is found out."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from telecine.shared.errors import Conflict, Unavailable
from telecine.shared.wire.answers import Stored
from telecine.shared.wire.bus import Bus
from telecine.simulations.nats_server import EmbeddedNats
from tests.nats import Connect, killed
from tests.shared.logged import LIFE, VideoLog, append, live, stored, video_log
from tests.shared.videos import FACTS, ID, ORG

Publish = Callable[..., Awaitable[Stored]]


class UnclearAnswers:
    """Makes one publish end without an answer: after the server has stored it, or before."""

    def __init__(self, publish: Publish, *, stores: bool) -> None:
        self._publish = publish
        self._stores = stores
        self._left = 1

    async def __call__(self, *args: Any, **kwargs: Any) -> Stored:
        if not self._left:
            return await self._publish(*args, **kwargs)
        self._left -= 1
        if self._stores:
            await self._publish(*args, **kwargs)
        raise Unavailable("no answer")


@pytest.fixture
def log(bus: Bus) -> VideoLog:
    return video_log(bus)


async def test_of_fifty_writers_one_wins_and_the_others_hear_of_a_conflict(
    log: VideoLog,
) -> None:
    loaded = await log.load(ORG, ID)
    attempts = (append(log, loaded, FACTS["created"], f"writer {n}") for n in range(50))

    results = await asyncio.gather(*attempts, return_exceptions=True)

    assert sum(isinstance(result, Conflict) for result in results) == 49
    [winner] = [result for result in results if not isinstance(result, BaseException)]
    assert [each.id for each in await stored(log)] == [winner.id]


async def test_writers_on_several_connections_conflict_as_well(
    log: VideoLog, connect: Connect
) -> None:
    async with connect() as other:
        loaded = await log.load(ORG, ID)
        results = await asyncio.gather(
            append(log, loaded, FACTS["created"], "here"),
            append(video_log(other), loaded, FACTS["created"], "there"),
            return_exceptions=True,
        )

    assert sum(isinstance(result, Conflict) for result in results) == 1


async def test_stale_append_of_another_type_is_refused(log: VideoLog) -> None:
    """Its own subject is empty: only the filter over all of the video's types says it is stale."""
    await live(log, LIFE[:3])
    stale = await log.load(ORG, ID)
    await append(log, stale, FACTS["completed_processing"])

    with pytest.raises(Conflict):
        await append(log, stale, FACTS["process_failed"])

    assert (await stored(log))[-1].fact.type == "video.completed_processing"


async def test_first_fact_is_refused_where_another_type_was_first(log: VideoLog) -> None:
    absent = await log.load(ORG, ID)
    await append(log, absent, FACTS["created"])

    with pytest.raises(Conflict):
        await append(log, absent, FACTS["uploaded_by_link"])

    assert [each.fact.type for each in await stored(log)] == ["video.created"]


async def test_same_append_again_answers_the_fact_that_is_there(log: VideoLog) -> None:
    loaded = await log.load(ORG, ID)

    first = await append(log, loaded, FACTS["created"])
    again = await append(log, loaded, FACTS["created"])

    assert (again.id, again.sequence, again.version) == (first.id, first.sequence, first.version)
    assert len(await stored(log)) == 1


async def test_same_append_again_is_recognised_behind_later_facts(log: VideoLog) -> None:
    absent = await log.load(ORG, ID)
    first = await append(log, absent, LIFE[0])
    await live(log, LIFE[1:])

    again = await append(log, absent, LIFE[0])

    assert again.sequence == first.sequence
    assert len(await stored(log)) == len(LIFE)


async def test_append_whose_answer_was_lost_answers_the_fact_that_landed(
    bus: Bus, log: VideoLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = await log.load(ORG, ID)
    monkeypatch.setattr(bus, "publish", UnclearAnswers(bus.publish, stores=True))

    recorded = await append(log, loaded, FACTS["created"])

    assert [each.id for each in await stored(log)] == [recorded.id]
    assert (recorded.sequence, recorded.version) == (1, 1)


async def test_append_that_did_not_land_says_so(
    bus: Bus, log: VideoLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = await log.load(ORG, ID)
    monkeypatch.setattr(bus, "publish", UnclearAnswers(bus.publish, stores=False))

    with pytest.raises(Unavailable):
        await append(log, loaded, FACTS["created"])
    assert await stored(log) == []

    recorded = await append(log, loaded, FACTS["created"])
    assert [each.id for each in await stored(log)] == [recorded.id]


async def test_append_without_an_answer_is_not_mistaken_for_anothers(
    bus: Bus, log: VideoLog, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = await log.load(ORG, ID)
    async with connect() as other:
        await append(video_log(other), loaded, FACTS["created"], "the other's wish")
    monkeypatch.setattr(bus, "publish", UnclearAnswers(bus.publish, stores=False))

    with pytest.raises(Unavailable):
        await append(log, loaded, FACTS["created"], "my wish")
    with pytest.raises(Conflict):
        await append(log, loaded, FACTS["created"], "my wish")


async def test_facts_survive_a_kill_of_the_server(
    server: EmbeddedNats, bus: Bus, log: VideoLog
) -> None:
    before = await live(log, LIFE[:3])

    await killed(server, bus)

    assert [each.id for each in await stored(log)] == [each.id for each in before]
    stale = await log.load(ORG, ID)
    await append(log, stale, LIFE[3])
    with pytest.raises(Conflict):
        await append(log, stale, LIFE[3], "another wish")
