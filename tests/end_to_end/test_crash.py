"""The whole of `telecine up` is killed, again and again, in the middle of a burst; nothing is lost."""

import asyncio
import functools
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from telecine.simulations.receiver import Receiver
from tests.processes import UpProcess, process
from tests.waiting import until

UPLOADS = 200
KILLS = 10
AUTHORIZATION = {"authorization": "Bearer demo-key"}
TYPES = ["video.uploaded", "video.process_succeeded", "video.process_failed"]


async def send(url: str, number: int) -> str:
    """Upload one video by link, under one key, until the house accepts it; answers its id."""
    headers = {**AUTHORIZATION, "idempotency-key": f"upload-{number}"}
    wish = "sim=fail:unsupported_codec" if number % 10 == 0 else ""
    body = {"url": f"http://example.com/{number}.mp4?{wish}", "title": f"video {number}"}

    async def accepted() -> str | None:
        try:
            async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=20) as http:
                path = "/company/client/video/stream/copy"
                answer = await http.post(path, json=body, headers=headers)
        except httpx.TransportError:
            return None
        assert answer.status_code in {200, 503}, answer.text
        return str(answer.json()["uuid"]) if answer.status_code == 200 else None

    return str(await until(accepted, deadline=90, poll=0.05))


def reached(progress: Callable[[], int], moment: int) -> bool:
    return progress() >= moment


async def kill_and_restart(up: UpProcess, seed: int, progress: Callable[[], int]) -> None:
    """Kill it at seeded moments: whenever so many uploads and webhooks have been seen."""
    moments = sorted(random.Random(seed).sample(range(5, 2 * UPLOADS), KILLS))
    for moment in moments:
        await until(functools.partial(reached, progress, moment), deadline=60)
        await up.kill()
        await up.start()


async def states(http: httpx.AsyncClient, ids: list[str]) -> Counter[str]:
    """Count the videos by their status, from the list of the API."""
    found: dict[str, str] = {}
    page = 1
    while page:
        answer = await http.get("/company/client/video", params={"limit": 100, "page": page})
        found |= {video["uuid"]: video["status"] for video in answer.json()["data"]}
        page = answer.json()["next"]
    return Counter(found.get(each, "not listed") for each in ids)


async def deliveries(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        params = {"limit": 200, **({"cursor": cursor} if cursor else {})}
        answer = (await http.get("/v1/deliveries", params=params)).json()
        found += answer["deliveries"]
        cursor = answer["cursor"]
        if not cursor:
            return found


@pytest.mark.crash
@pytest.mark.timeout(300)
async def test_nothing_is_lost_when_everything_is_killed_ten_times(tmp_path: Path) -> None:
    async with Receiver() as receiver:
        hook = receiver.on("/hook")
        options = ("--preset", "quick", "--speed", "5", "--retries", "standard")
        async with process(tmp_path / "data", *options) as up:
            async with httpx.AsyncClient(
                base_url=up.url, headers=AUTHORIZATION, trust_env=False, timeout=20
            ) as http:
                made = await http.post(
                    "/company/client/webhooks", json={"url": hook, "events": TYPES}
                )
                assert made.status_code == 200, made.text

            accepted: list[str] = []
            limit = asyncio.Semaphore(20)

            async def upload(number: int) -> None:
                async with limit:
                    accepted.append(await send(up.url, number))

            def progress() -> int:
                return len(accepted) + len(receiver.received)

            killer = asyncio.create_task(kill_and_restart(up, 7, progress))
            await asyncio.gather(*(upload(number) for number in range(UPLOADS)))
            await killer
            ids = accepted

            async with httpx.AsyncClient(
                base_url=up.url, headers=AUTHORIZATION, trust_env=False, timeout=20
            ) as http:
                expected = Counter({"process-completed": 180, "process-failed": 20})

                async def all_ended() -> bool:
                    return await states(http, ids) == expected

                async def all_delivered() -> bool:
                    rows = await deliveries(http)
                    ended = [row for row in rows if row["state"] == "succeeded"]
                    return len(rows) == len(ended) == 2 * UPLOADS

                await until(all_ended, deadline=60, poll=0.2)
                await until(all_delivered, deadline=60, poll=0.2)
                owed = Counter(
                    (row["video_id"], row["event_type"]) for row in await deliveries(http)
                )

            status, output = await up.verify()

        assert len(set(ids)) == UPLOADS
        assert set(owed.values()) == {1}
        assert status == 0, output
        assert set(Counter(r.json()["data"]["video"]["uuid"] for r in receiver.received)) == set(
            ids
        )
