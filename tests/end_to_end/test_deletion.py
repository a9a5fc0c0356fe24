"""A video is deleted too early, then in time, and comes back: every step is told once, and all is sound."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from telecine.shared.log.eventlog import EventLog
from telecine.simulations.receiver import Receiver
from tests import rooms
from tests.customer import BEARER, OMEGA, Customer
from tests.failpoints import CRASHED, Effect, Failpoints
from tests.waiting import until

VIDEOS = f"{OMEGA}/video"
DELETIONS = ("video.failed_to_delete", "video.deleted", "video.deletion_reverted")


class Owner:
    """The customer as it deletes: what succeeds says nothing."""

    def __init__(self, customer: Customer) -> None:
        self._customer = customer

    async def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return await self._customer.http.request(
            method, f"{VIDEOS}{path}", json=body, headers=BEARER
        )

    async def listed(self, path: str = "") -> list[str]:
        page = (await self.ask("GET", path)).json()
        return [each["uuid"] for each in page["data"]]

    async def is_(self, uuid: str, status: str) -> bool:
        return bool((await self.ask("GET", f"/{uuid}")).json()["status"] == status)


def told(receiver: Receiver, path: str) -> list[dict[str, Any]]:
    return [each.json() for each in receiver.at(path)]


async def test_a_deletion_too_early_in_time_and_reverted_is_told_step_by_step(
    tmp_path: Path,
) -> None:
    async with rooms.opened(tmp_path / "data", preset="quick") as (house, customer):
        owner = Owner(customer)
        await customer.endpoint(house.receiver.on("/hook"), *DELETIONS)
        await customer.tpstreams_endpoint(house.receiver.on("/other"), "a-token")

        # given: a video that is being processed, for as long as time stands still
        await customer.speed(0)
        uuid = await customer.upload()
        await until(lambda: owner.is_(uuid, "in-progress"))

        # when: it is deleted too early
        early = await owner.ask("DELETE", f"/{uuid}")
        assert early.status_code == 409
        assert "has not completed processing" in early.json()["message"]
        assert await owner.listed() == [uuid]

        # when: it is deleted in time, and once more
        await customer.speed(1000)
        await until(lambda: owner.is_(uuid, "process-completed"), deadline=30)
        assert (await owner.ask("DELETE", f"/{uuid}")).status_code == 204
        assert (await owner.ask("DELETE", f"/{uuid}")).status_code == 409
        assert (await owner.listed(), await owner.listed("/deleted")) == ([], [uuid])

        # when: it is reverted, and once more
        assert (await owner.ask("POST", f"/revert_deletion/{uuid}")).status_code == 204
        assert (await owner.ask("POST", f"/revert_deletion/{uuid}")).status_code == 409
        assert (await owner.listed(), await owner.listed("/deleted")) == ([uuid], [])

        # then: each step was told once, in order, and nothing of it to the other platform
        await house.receiver.wait(lambda receiver: len(receiver.at("/hook")) >= 3)
        events = told(house.receiver, "/hook")
        assert Counter(each["type"] for each in events) == Counter(DELETIONS)
        shown = {each["type"]: each["data"]["video"] for each in events}
        assert {video["uuid"] for video in shown.values()} == {uuid}
        assert shown["video.failed_to_delete"]["deleted_at"] is None
        assert shown["video.failed_to_delete"]["status"] == "in-progress"
        assert shown["video.deleted"]["deleted_at"] is not None
        assert shown["video.deleted"]["status"] == "process-completed"
        assert shown["video.deletion_reverted"]["deleted_at"] is None
        statuses = [each["video"]["status"] for each in told(house.receiver, "/other")]
        assert sorted(statuses) == ["Completed", "Queued", "Transcoding"]
        assert await house.problems() == []


@CRASHED
async def test_a_folder_takes_what_lies_in_it_along_even_if_nobody_is_left_to_see_to_it(
    tmp_path: Path, failpoints: Failpoints
) -> None:
    """Ingest is stopped as soon as the folder's own fact is in the log."""
    appended = Effect(EventLog, "append", lambda _, __, fact, *___: fact.type == "folder.deleted")
    async with rooms.opened(tmp_path / "data") as (house, customer):
        owner = Owner(customer)
        await customer.endpoint(house.receiver.on("/hook"), "video.deleted")
        token = {"authorization": "Token demo-key"}
        made = await customer.http.post(
            "/api/v1/demo/assets/folders/", json={"title": "Talks"}, headers=token
        )
        folder = made.json()["uuid"]
        collection = folder.replace("-", "")[:24]
        videos = set()
        for number in range(60):
            body = {"title": f"video {number}", "collection": collection}
            videos.add((await owner.ask("POST", "", body)).json()["uuid"])

        # when
        point = failpoints.set(appended, "after")
        path = f"/api/v1/demo/assets/{folder}/"
        deleting = asyncio.create_task(customer.http.delete(path, headers=token))
        await asyncio.wait_for(point.reached.wait(), 30)
        await house.stop("ingest")
        deleting.cancel()
        await house.start("ingest")

        # then
        await until(lambda: everything_is_deleted(owner, videos), deadline=30)
        await house.receiver.wait(
            lambda receiver: len(receiver.at("/hook")) >= len(videos), deadline=30
        )
        deleted = Counter(each["data"]["video"]["uuid"] for each in told(house.receiver, "/hook"))
        assert deleted == Counter(videos)
        assert await house.problems() == []


async def everything_is_deleted(owner: Owner, videos: set[str]) -> bool:
    listed = await owner.listed("/deleted?limit=100")
    return set(listed) == videos and not await owner.listed()
