"""Load and read: one get however long the history, and every fact in order however many."""

from dataclasses import replace

import pytest

from telecine.shared.errors import Unavailable
from telecine.shared.log.eventlog import EventLog, direct_get
from telecine.shared.log.kinds import VIDEO
from telecine.shared.wire.bus import Bus
from tests.shared.logged import LIFE, append, fill, live, stored, video_log
from tests.shared.videos import FACTS, ID, ORG, minute
from tests.shared.work import heard

DIRECT_GETS = "$JS.API.DIRECT.GET.VIDEOS"


async def test_nothing_stored_loads_as_the_initial_state(bus: Bus) -> None:
    loaded = await video_log(bus).load(ORG, ID)

    assert (loaded.state, loaded.version, loaded.sequence) == (VIDEO.initial, 0, 0)
    assert loaded.last is None


async def test_load_is_one_get_of_the_state_that_the_last_fact_carries(bus: Bus) -> None:
    log = video_log(bus)
    recorded = await live(log, LIFE)
    gets = await heard(bus, DIRECT_GETS)

    loaded = await log.load(ORG, ID)

    assert len(gets) == 1
    assert loaded.state == recorded[-1].state
    assert (loaded.version, loaded.sequence) == (6, recorded[-1].sequence)
    assert loaded.time(minute(0)) == minute(6)
    assert loaded.time(minute(9)) == minute(9)


async def test_facts_are_read_as_they_were_recorded(bus: Bus) -> None:
    log = video_log(bus)
    recorded = await live(log, LIFE)

    read = await stored(log)

    assert [replace(each, stored_at=minute(0)) for each in read] == [
        replace(each, stored_at=minute(0)) for each in recorded
    ]


async def test_state_of_another_version_is_not_trusted_but_folded(bus: Bus) -> None:
    log = video_log(bus)
    recorded = await live(log, LIFE)
    newer = EventLog(bus, replace(VIDEO, state_version=VIDEO.state_version + 1))

    loaded = await newer.load(ORG, ID)

    assert loaded.last is not None
    assert loaded.last.state is None
    assert loaded.state == recorded[-1].state
    assert loaded.version == 6


async def test_state_after_an_earlier_fact_is_folded_up_to_it(bus: Bus) -> None:
    recorded = await live(video_log(bus), LIFE)
    newer = EventLog(bus, replace(VIDEO, state_version=VIDEO.state_version + 1))

    page = await newer.page(VIDEO.filter(ORG, ID), after=0, limit=3)

    assert await newer.state_after(page[2]) == recorded[2].state


async def test_append_on_a_folded_state_carries_a_state_of_the_new_version(bus: Bus) -> None:
    await live(video_log(bus), LIFE[:1])
    newer = EventLog(bus, replace(VIDEO, state_version=VIDEO.state_version + 1))

    await append(newer, await newer.load(ORG, ID), FACTS["ready_for_processing"])

    last = (await newer.load(ORG, ID)).last
    assert last is not None
    assert last.state is not None


async def test_other_aggregates_are_not_seen(bus: Bus) -> None:
    log = video_log(bus)
    await fill(bus, 3)
    await live(log, LIFE[:2])

    assert (await log.load(ORG, "v1")).version == 1
    assert (await log.load("other", ID)).version == 0
    assert len(await stored(log)) == 2


async def test_more_facts_than_one_answer_holds_are_all_read_in_order(bus: Bus) -> None:
    await fill(bus, 1203)
    log = video_log(bus)
    gets = await heard(bus, DIRECT_GETS)

    read = [each.sequence async for each in log.read("video.>")]

    assert read == list(range(1, 1204))
    assert len(gets) == 3


@pytest.mark.parametrize("facts", [499, 500, 501])
async def test_no_fact_is_lost_at_the_edge_of_an_answer(bus: Bus, facts: int) -> None:
    await fill(bus, facts)

    read = [each.sequence async for each in video_log(bus).read("video.>")]

    assert read == list(range(1, facts + 1))


async def test_page_begins_behind_its_position_and_holds_to_its_limit(bus: Bus) -> None:
    await fill(bus, 10)

    page = await video_log(bus).page("video.>", after=3, limit=4)

    assert [each.sequence for each in page] == [4, 5, 6, 7]


async def test_facts_that_fill_more_than_one_answer_by_their_size_are_all_read(bus: Bus) -> None:
    """The server ends a batch when it has sent a certain number of bytes."""
    big = b"x" * 900_000
    for number in range(90):
        await bus.publish(f"attempt.failed.demo.e{number}", big)

    found = await direct_get(bus, "ATTEMPTS", {"seq": 1, "batch": 90, "next_by_subj": "attempt.>"})

    assert len(found) == 90


async def test_refused_get_is_an_error_and_not_an_absence(bus: Bus) -> None:
    with pytest.raises(Unavailable, match="408"):
        await direct_get(bus, "VIDEOS", {})


async def test_get_without_a_stream_is_an_error_and_not_an_absence(bus: Bus) -> None:
    with pytest.raises(Unavailable):
        await direct_get(bus, "NOWHERE", {"last_by_subj": "video.>"})
