"""A server whose disk was full gives up writing for good; ours is restarted once there is room."""

import resource
import sys
from pathlib import Path

import pytest

from telecine.shared.errors import Unavailable
from telecine.shared.wire.bus import connected
from telecine.shared.wire.streams import bootstrap
from telecine.simulations import nats_room
from telecine.simulations.nats_server import EmbeddedNats
from tests.waiting import until


async def test_what_was_stored_is_there_and_more_is_stored_after_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server may not make its files any larger: for it, that is a full disk."""
    monkeypatch.setattr(nats_room, "LOOK", 0.1)
    monkeypatch.setattr(nats_room, "ENOUGH", sys.maxsize)
    async with EmbeddedNats(tmp_path) as server, connected(server.url, "test") as bus:
        await bootstrap(bus.js)
        await bus.publish("video.created.demo.v1", b"x" * 2000)
        before = server.pid
        resource.prlimit(before, resource.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))
        with pytest.raises(Unavailable):
            await bus.publish("video.created.demo.v2", b"x" * 2000)
        assert bus.storing.is_in_vain
        assert server.pid == before, "without room, another one would fare no better"

        monkeypatch.setattr(nats_room, "ENOUGH", 0)
        await until(lambda: server.pid != before and bus.is_connected, deadline=30)
        await bus.publish("video.created.demo.v3", b"x" * 2000)

        assert not bus.storing.is_in_vain
        subjects = (await bus.js.stream_info("VIDEOS", subjects_filter=">")).state.subjects
        assert set(subjects or {}) == {"video.created.demo.v1", "video.created.demo.v3"}


def test_room_is_what_the_disk_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nats_room, "ENOUGH", 1)
    assert nats_room.has_room(tmp_path)
    monkeypatch.setattr(nats_room, "ENOUGH", sys.maxsize)
    assert not nats_room.has_room(tmp_path)


async def test_a_server_that_does_not_answer_has_not_given_up() -> None:
    async with nats_room.asking() as http:
        assert not await nats_room.gave_up_writing(http, 9)
