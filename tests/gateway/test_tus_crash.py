"""An upload that a client was told is finished becomes a video, whatever happens to the gateway."""

import asyncio
import contextlib
import json
from pathlib import Path

import httpx
import pytest

from telecine.gateway import uploads
from telecine.shared.errors import Unavailable
from telecine.shared.events.video import Failure, Media
from telecine.simulations.media import CLIP
from tests.gateway import tus
from tests.house import OpenHouse
from tests.processes import process
from tests.waiting import until


async def completed(http: httpx.AsyncClient, video_id: str) -> bool:
    return bool((await tus.shown(http, video_id))["status"] == "process-completed")


def finished(folder: Path) -> bool:
    """Whether the sidecar of an upload says that its last byte has come (or it is gone already)."""
    for path in folder.glob("*.info"):
        with contextlib.suppress(FileNotFoundError, ValueError):
            info = json.loads(path.read_bytes())
            return bool(info["offset"] == info["size"])
    return not list(folder.glob("*.claim"))


@pytest.mark.crash
async def test_killed_right_after_the_last_byte_the_upload_becomes_a_video(tmp_path: Path) -> None:
    data = CLIP.read_bytes()
    async with (
        process(tmp_path / "data", "--preset", "instant") as up,
        httpx.AsyncClient(base_url=up.url, timeout=20) as http,
    ):
        video_id = await tus.video(http)
        place = (await tus.begin(http, video_id, len(data))).headers["location"]
        last = asyncio.create_task(tus.patch(http, place, video_id, 0, data))
        await until(lambda: finished(tmp_path / "data/uploads"), poll=0.001)
        await up.kill()
        await asyncio.gather(last, return_exceptions=True)
        await up.start()

        await until(lambda: completed(http, video_id), deadline=3 * uploads.SWEEP)
        assert (await tus.shown(http, video_id))["size"] == len(data)


async def test_a_gateway_stopped_before_the_probe_settles_the_upload_when_it_returns(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, probing = CLIP.read_bytes(), asyncio.Event()

    async def never(_: Path, __: float) -> Media | Failure:
        probing.set()
        await asyncio.Event().wait()
        raise AssertionError

    with monkeypatch.context() as patched:
        patched.setattr(uploads, "probe", never)
        async with open_house() as house:
            video_id = await tus.video(house.http)
            place = (await tus.begin(house.http, video_id, len(data))).headers["location"]
            last = asyncio.create_task(tus.patch(house.http, place, video_id, 0, data))
            await probing.wait()
            last.cancel()

    async with open_house() as house:
        await until(lambda: completed(house.http, video_id), deadline=3 * uploads.SWEEP)


async def test_a_finished_upload_waits_for_a_house_that_cannot_take_it(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_house() as house:
        video_id, data = await tus.video(house.http), CLIP.read_bytes()
        place = (await tus.begin(house.http, video_id, len(data))).headers["location"]

        async def away(*_: object) -> None:
            raise Unavailable("the ingest service does not answer")

        with monkeypatch.context() as patched:
            patched.setattr(uploads.Uploads, "_settle", away)
            answer = await tus.patch(house.http, place, video_id, 0, data)

        assert answer.status_code == 204, "its bytes are safe, and the client is told so"
        assert (await tus.shown(house.http, video_id))["status"] == "ready-to-upload"
        await until(lambda: completed(house.http, video_id), deadline=3 * uploads.SWEEP)
