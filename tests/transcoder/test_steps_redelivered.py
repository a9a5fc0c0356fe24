"""The redelivery rule of the encoder's steps: a step cut short before its timer is not stuck."""

from collections.abc import Awaitable, Callable

import pytest
from nats.aio.msg import Msg

from telecine.shared.errors import Unavailable
from telecine.shared.log.envelope import Trace
from telecine.shared.log.eventlog import EventLog
from telecine.shared.log.kinds import VIDEO
from telecine.shared.time.timers import Timer, fired_headers
from telecine.shared.wire.bus import Bus
from telecine.transcoder import handlers
from telecine.transcoder.handlers import Steps
from tests.shared import videos
from tests.shared.videos import ID, ORG, due

TRACE = Trace("cause-1", "wish-1")
SECOND = Timer("transcoder", ID, 2, due(2, 0), f"video:{ID}", {"org": ORG, "correlation": "c-1"})


@pytest.fixture
async def upload(bus: Bus) -> Msg:
    """The message of a video's `video.uploaded`, as the transcoder gets it."""
    log = EventLog(bus, VIDEO)
    loaded = await log.load(ORG, ID)
    await log.append(loaded, videos.FACTS["uploaded_by_link"], videos.stamp(1), TRACE)
    pulling = await bus.js.pull_subscribe("video.uploaded.>", "transcoder-uploaded")
    (message,) = await pulling.fetch(1)
    return message


async def fired(bus: Bus) -> Msg:
    """Answer the message of the second step's timer, as the clock fires it."""
    subject = f"due.transcoder.{ID}"
    body = b'{"org": "%b", "correlation": "c-1"}' % ORG.encode()
    await bus.publish(subject, body, headers=fired_headers(SECOND))
    (message,) = await (await bus.js.pull_subscribe(subject, "transcoder-due")).fetch(1)
    return message


def steps(bus: Bus) -> Steps:
    return Steps(bus, EventLog(bus, VIDEO), 0, "instant")


async def cut_short(patch: pytest.MonkeyPatch, step: Callable[[], Awaitable[None]]) -> None:
    """Make a step whose timer cannot be set."""

    async def refuses(*_: object) -> None:
        raise Unavailable("killed before the timer was set")

    with patch.context() as patched:
        patched.setattr(handlers, "set_timer", refuses)
        with pytest.raises(Unavailable):
            await step()


async def timers(bus: Bus) -> set[str]:
    state = (await bus.js.stream_info("TIMERS", subjects_filter=">")).state
    return set(state.subjects or {})


async def facts(bus: Bus) -> list[str]:
    return [each.fact.type async for each in EventLog(bus, VIDEO).read("video.>")]


async def test_an_upload_that_comes_again_sets_the_timer_that_was_not_set(
    bus: Bus, upload: Msg, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cut_short(monkeypatch, lambda: steps(bus).uploaded(upload))
    assert await timers(bus) == set()

    bus.failed(upload)
    await steps(bus).uploaded(upload)

    assert await timers(bus) == {f"timer.transcoder.{ID}.2"}
    assert await facts(bus) == ["video.uploaded", "video.ready_for_processing"]


async def test_a_step_that_comes_again_sets_the_timer_that_was_not_set(
    bus: Bus, upload: Msg, monkeypatch: pytest.MonkeyPatch
) -> None:
    await steps(bus).uploaded(upload)
    message = await fired(bus)
    await cut_short(monkeypatch, lambda: steps(bus).due(message))

    bus.failed(message)
    await steps(bus).due(message)

    assert await timers(bus) == {f"timer.transcoder.{ID}.{n}" for n in (2, 3)}
    assert (await facts(bus))[2:] == ["video.in_progress"]


async def test_a_plain_duplicate_of_a_timer_changes_nothing(bus: Bus, upload: Msg) -> None:
    await steps(bus).uploaded(upload)
    await steps(bus).due(await fired(bus))
    again = await fired(bus)
    await bus.js.delete_msg("TIMERS", (await bus.js.get_last_msg("TIMERS", "timer.>")).seq or 0)

    await steps(bus).due(again)

    assert await timers(bus) == {f"timer.transcoder.{ID}.2"}, "nobody asked for the third again"
    assert len(await facts(bus)) == 3
