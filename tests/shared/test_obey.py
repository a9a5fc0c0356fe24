"""Obey: commands side by side take effect one after the other, each at most once."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from telecine.shared import video
from telecine.shared.bus import Bus
from telecine.shared.decisions import obey
from telecine.shared.envelope import Recorded
from telecine.shared.errors import Conflict, Refusal
from telecine.shared.eventlog import EventLog
from telecine.shared.events.video import VideoCreated, VideoFact
from telecine.shared.verdicts import Refused
from telecine.shared.video import Absent, Created, Video
from tests.shared.log import LIFE, VideoLog, append, live, stored, trace, video_log
from tests.shared.videos import ID, OPENING, ORG, minute


def create(state: Video, at: datetime) -> video.Decision:
    return video.decide(state, video.Create(OPENING), at)


async def test_twenty_commands_at_once_have_the_effect_of_one(bus: Bus) -> None:
    log = video_log(bus)
    commands = (
        obey(log, ORG, ID, create, now=minute(1), trace=trace(f"command {n}")) for n in range(20)
    )

    obeyed = await asyncio.gather(*commands)

    assert len(await stored(log)) == 1
    assert sum(each.recorded is not None for each in obeyed) == 1
    assert {each.sequence for each in obeyed} == {1}
    assert all(isinstance(each.state, Created) for each in obeyed)


async def test_command_that_lost_a_race_decides_again_on_what_it_finds(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, append_ = video_log(bus), EventLog.append
    seen: list[Video] = []

    async def overtaken(self: VideoLog, *args: Any) -> Recorded[Video, VideoFact]:
        monkeypatch.undo()
        await append(log, await log.load(ORG, ID), VideoCreated(opening=OPENING), "the quicker")
        return await append_(self, *args)

    def decide(state: Video, at: datetime) -> video.Decision:
        seen.append(state)
        return create(state, at)

    monkeypatch.setattr(EventLog, "append", overtaken)
    obeyed = await obey(log, ORG, ID, decide, now=minute(1), trace=trace("the slower"))

    assert [type(state) for state in seen] == [Absent, Created]
    assert obeyed.recorded is None
    assert len(await stored(log)) == 1


async def test_refusal_comes_through_and_leaves_no_fact(bus: Bus) -> None:
    log = video_log(bus)

    with pytest.raises(Refusal) as refusal:
        await obey(
            log,
            ORG,
            ID,
            lambda _, __: Refused("not_found", "no such video"),
            now=minute(1),
            trace=trace("a wish"),
        )

    assert (refusal.value.code, refusal.value.message) == ("not_found", "no such video")
    assert await stored(log) == []


async def test_time_of_a_fact_is_never_before_its_aggregates_last(bus: Bus) -> None:
    log = video_log(bus)
    await live(log, LIFE[:1])

    obeyed = await obey(
        log, ORG, ID, lambda _, at: LIFE[1], now=minute(-5), trace=trace("a late wish")
    )

    assert obeyed.recorded is not None
    assert obeyed.recorded.stamp.at == minute(1)


async def test_command_that_never_wins_gives_up_as_a_conflict(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = video_log(bus)

    async def always_late(*_: object) -> None:
        raise Conflict("somebody else")

    monkeypatch.setattr(log, "append", always_late)

    with pytest.raises(Conflict, match="races"):
        await obey(log, ORG, ID, create, now=minute(1), trace=trace("a wish"))
