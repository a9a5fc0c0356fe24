"""The streams: made by whoever comes first, with the settings that the house's promises rest on."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import APIError

from telecine.shared.wire.answers import SubjectTaken
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.streams import STREAMS, bootstrap
from tests.nats import Connect
from tests.waiting import until

NAMES = {config.name for config in STREAMS}
SOURCES_OF_TRUTH = ["VIDEOS", "LIVES", "JOBS", "FOLDERS", "ENDPOINTS", "CLOCK"]
SUBJECTS = {
    "VIDEOS": "video.created.demo.v1",
    "LIVES": "live.created.demo.l1",
    "JOBS": "job.created.demo.j1",
    "FOLDERS": "folder.created.demo.f1",
    "ENDPOINTS": "endpoint.created.demo.e1",
    "CLOCK": "clock.started",
    "TIMERS": "timer.test.key.1",
    "DUE": "due.test.key",
    "DELIVERIES": "delivery.requested.demo.e1",
    "ATTEMPTS": "attempt.failed.demo.e1",
    "LEASES": "lease.test",
}


async def settings_of(bus: Bus, name: str) -> StreamConfig:
    return (await bus.js.stream_info(name)).config


async def test_many_services_may_make_the_streams_at_once(connect: Connect) -> None:
    async with AsyncExitStack() as stack:
        buses = [await stack.enter_async_context(connect()) for _ in range(8)]

        await asyncio.gather(*(bootstrap(bus.js) for bus in buses))

        assert {info.config.name for info in await buses[0].js.streams_info()} == NAMES


async def test_making_the_streams_again_changes_nothing(bus: Bus) -> None:
    await bus.publish(SUBJECTS["VIDEOS"], b"a fact")
    before = await bus.js.streams_info()

    await bootstrap(bus.js)

    after = await bus.js.streams_info()
    assert [info.config for info in after] == [info.config for info in before]
    assert [info.state.messages for info in after] == [info.state.messages for info in before]


async def test_stream_with_older_settings_keeps_its_messages_and_gets_ours(
    connect: Connect,
) -> None:
    async with connect() as bus:
        await bus.js.add_stream(StreamConfig(name="VIDEOS", subjects=["video.*.*.*"]))
        await bus.publish(SUBJECTS["VIDEOS"], b"a fact")

        await bootstrap(bus.js)

        info = await bus.js.stream_info("VIDEOS")
        assert (info.state.messages, info.config.deny_delete) == (1, True)


async def test_stream_that_another_version_has_just_made_gets_our_settings(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was missing when we looked, and has other settings when we make it."""
    async with connect() as bus:
        add_stream = bus.js.add_stream

        async def beaten(config: StreamConfig) -> object:
            monkeypatch.setattr(bus.js, "add_stream", add_stream)
            await add_stream(StreamConfig(name=config.name, subjects=config.subjects))
            return await add_stream(config)

        monkeypatch.setattr(bus.js, "add_stream", beaten)
        await bootstrap(bus.js)

        assert (await settings_of(bus, "VIDEOS")).deny_delete


@pytest.mark.parametrize("name", sorted(SUBJECTS))
async def test_each_stream_takes_its_subject_and_keeps_it_on_disk(bus: Bus, name: str) -> None:
    stored = await bus.publish(SUBJECTS[name], b"{}")

    assert stored.stream == name
    assert (await settings_of(bus, name)).storage == StorageType.FILE


@pytest.mark.parametrize("name", SOURCES_OF_TRUTH)
async def test_nothing_is_ever_taken_out_of_a_source_of_truth(bus: Bus, name: str) -> None:
    stored = await bus.publish(SUBJECTS[name], b"{}")

    with pytest.raises(APIError):
        await bus.js.delete_msg(name, stored.sequence)
    with pytest.raises(APIError):
        await bus.js.purge_stream(name)

    settings = await settings_of(bus, name)
    assert (settings.max_age or 0, settings.max_msgs, settings.max_bytes) == (0, -1, -1)
    assert (await bus.js.stream_info(name)).state.messages == 1


async def test_timer_is_never_replaced(bus: Bus) -> None:
    await bus.publish(SUBJECTS["TIMERS"], b"first")

    with pytest.raises(SubjectTaken, match="10077"):
        await bus.publish(SUBJECTS["TIMERS"], b"second")

    assert (await bus.js.get_msg("TIMERS", 1)).data == b"first"
    assert (await settings_of(bus, "TIMERS")).discard == DiscardPolicy.NEW


async def test_timers_are_deleted_by_sequence_and_never_purged(bus: Bus) -> None:
    stored = await bus.publish(SUBJECTS["TIMERS"], b"first")

    with pytest.raises(APIError):
        await bus.js.purge_stream("TIMERS", subject=SUBJECTS["TIMERS"])
    await bus.js.delete_msg("TIMERS", stored.sequence)

    assert (await bus.js.stream_info("TIMERS")).state.messages == 0


@pytest.mark.parametrize("name", ["DUE", "DELIVERIES"])
async def test_work_is_gone_once_it_is_acknowledged(bus: Bus, name: str) -> None:
    await bus.publish(SUBJECTS[name], b"{}")
    subscription = await bus.js.pull_subscribe(SUBJECTS[name], "test", stream=name)

    [message] = await subscription.fetch(1)
    await message.ack_sync()

    async def gone() -> bool:  # the server answers before it has taken it out
        return (await bus.js.stream_info(name)).state.messages == 0

    await until(gone)
    assert (await settings_of(bus, name)).retention == RetentionPolicy.WORK_QUEUE


async def test_replays_share_the_queue_of_deliveries(bus: Bus) -> None:
    assert (await bus.publish("delivery.replay.demo.e1", b"{}")).stream == "DELIVERIES"


async def test_attempts_are_kept_for_a_week(bus: Bus) -> None:
    assert (await settings_of(bus, "ATTEMPTS")).max_age == 7 * 24 * 3600
