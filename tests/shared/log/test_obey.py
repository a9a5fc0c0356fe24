"""Obey: commands side by side take effect one after the other, each at most once."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from telecine.shared.aggregates import video
from telecine.shared.aggregates.verdicts import Refused
from telecine.shared.aggregates.video import Absent, Created, Queued, Uploaded, Video
from telecine.shared.errors import Conflict, Refusal
from telecine.shared.events.video import VideoCreated, VideoFact
from telecine.shared.log.decisions import obey
from telecine.shared.log.envelope import Recorded
from telecine.shared.log.eventlog import EventLog
from telecine.shared.wire.bus import Bus
from tests.shared.logged import LIFE, VideoLog, append, live, stored, trace, video_log
from tests.shared.videos import FACTS, ID, OPENING, ORG, PLAN, minute


def create(state: Video, at: datetime) -> video.Decision:
    return video.decide(state, video.Create(OPENING), at)


def publish(state: Video, at: datetime) -> video.Decision:
    return video.decide(state, video.SetPrivacy("public"), at)


def queue(state: Video, at: datetime) -> video.Decision:
    return video.decide(state, video.Queue(PLAN), at)


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


async def test_next_command_of_the_same_writer_decides_without_asking_the_log(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = video_log(bus)
    await obey(log, ORG, ID, create, now=minute(1), trace=trace("create"))
    asked: list[str] = []
    monkeypatch.setattr(log, "load", lambda *_: asked.append("asked"))

    obeyed = await obey(log, ORG, ID, publish, now=minute(2), trace=trace("publish"))

    assert (obeyed.sequence, asked) == (2, [])


async def test_what_somebody_else_wrote_since_our_last_fact_is_built_upon(bus: Bus) -> None:
    ours, theirs = video_log(bus), video_log(bus)
    await obey(ours, ORG, ID, create, now=minute(1), trace=trace("create"))
    await append(theirs, await theirs.load(ORG, ID), FACTS["uploaded_by_file"], "their upload")

    obeyed = await obey(ours, ORG, ID, publish, now=minute(3), trace=trace("publish"))

    assert isinstance(obeyed.state, Uploaded)
    assert (obeyed.state.card.privacy, obeyed.sequence) == ("public", 3)


async def test_only_the_log_itself_says_that_nothing_is_to_be_done(bus: Bus) -> None:
    ours, theirs = video_log(bus), video_log(bus)
    await obey(ours, ORG, ID, create, now=minute(1), trace=trace("create"))
    await append(theirs, await theirs.load(ORG, ID), FACTS["uploaded_by_file"], "their upload")

    obeyed = await obey(ours, ORG, ID, queue, now=minute(3), trace=trace("queue"))

    assert isinstance(obeyed.state, Queued)  # to the video as we left it, it would be refused
