"""Changing videos over HTTP, against a whole house: privacy, deletions one by one and many, reverts."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.house import TestHouse
from tests.platforms.omega.api import (
    BEARER,
    OTHER,
    VIDEOS,
    create_video,
    facts,
    message,
    processed,
    read,
)
from tests.waiting import until

NOBODYS = "a0dc8dbf-3126-4805-89a1-662a33331f93"
DOUBLED = f"/company{VIDEOS}"


async def ask(
    house: TestHouse, method: str, path: str, body: Any = None, headers: Any = BEARER
) -> httpx.Response:
    return await house.http.request(method, path, json=body, headers=headers)


async def done(house: TestHouse, method: str, path: str, body: Any = None) -> None:
    """What succeeds says nothing: 204 and no body."""
    answer = await ask(house, method, path, body)
    assert (answer.status_code, answer.content) == (204, b""), answer.text


async def deleted_at(house: TestHouse, uuid: str) -> str | None:
    at: str | None = (await read(house, f"{VIDEOS}/{uuid}"))["deleted_at"]
    return at


async def test_a_video_is_shown_to_all_and_hidden_again(house: TestHouse) -> None:
    uuid = (await create_video(house))["uuid"]

    for privacy in ("public", "public", "private"):
        await done(house, "PUT", f"{VIDEOS}/{uuid}/privacy", {"privacy": privacy})
        assert (await read(house, f"{VIDEOS}/{uuid}"))["privacy"] == privacy
        assert (await read(house, VIDEOS))["data"][0]["privacy"] == privacy

    for body in ({"privacy": "unlisted"}, {"privacy": None}, {}, {"privacy": "public", "x": 1}):
        answer = await ask(house, "PUT", f"{VIDEOS}/{uuid}/privacy", body)
        assert answer.status_code == 400, body
        assert message(answer).split(":")[0] in {"privacy", "x"}


@pytest.mark.parametrize("home", [VIDEOS, DOUBLED])
async def test_a_processed_video_is_deleted_and_comes_back(house: TestHouse, home: str) -> None:
    uuid = await processed(house)
    before = await read(house, f"{VIDEOS}/{uuid}")

    await done(house, "DELETE", f"{home}/{uuid.upper()}")
    marked = await read(house, f"{VIDEOS}/{uuid}")
    await done(house, "POST", f"{home}/revert_deletion/{uuid}?status=process-completed")

    assert marked["deleted_at"] is not None
    assert {**marked, "deleted_at": None} == before
    assert await read(house, f"{VIDEOS}/{uuid}") == before
    assert (await facts(house, uuid))[-2:] == ["video.deleted", "video.deletion_reverted"]


async def test_what_cannot_be_deleted_or_reverted_says_why(house: TestHouse) -> None:
    empty, uuid = (await create_video(house))["uuid"], await processed(house)
    failed = await processed(house, "sim=fail:corrupt", "failed")

    for early in (empty, failed):
        answer = await ask(house, "DELETE", f"{VIDEOS}/{early}")
        assert answer.status_code == 409
        assert "4 hours" in message(answer)
        assert (await facts(house, early))[-1] == "video.failed_to_delete"
    answer = await ask(house, "POST", f"{VIDEOS}/revert_deletion/{uuid}")
    assert answer.status_code == 409
    assert message(answer) == "this video is not deleted; there is nothing to revert"
    await done(house, "DELETE", f"{VIDEOS}/{uuid}")
    answer = await ask(house, "DELETE", f"{VIDEOS}/{uuid}")
    assert (answer.status_code, message(answer)) == (409, "this video is deleted already")
    answer = await ask(house, "PUT", f"{VIDEOS}/{uuid}/privacy", {"privacy": "public"})
    assert answer.status_code == 409
    assert "revert its deletion" in message(answer)
    answer = await ask(house, "POST", f"{VIDEOS}/revert_deletion/{uuid}?status=gone")
    assert (answer.status_code, message(answer)[:7]) == (400, "status:")
    assert await deleted_at(house, uuid)


async def test_a_failed_video_can_be_deleted_when_four_hours_have_passed(house: TestHouse) -> None:
    """Trying again and again in between changes nothing about it."""
    uuid = await processed(house, "sim=fail:corrupt", "failed")
    failed = (await read(house, f"/v1/videos/{uuid}/history"))["facts"][-1]
    assert failed["type"] == "video.process_failed"
    await ask(house, "PUT", "/v1/clock", {"speed": 100_000})

    async def deleted() -> bool:
        return (await ask(house, "DELETE", f"{VIDEOS}/{uuid}")).status_code == 204

    await until(deleted)

    at = datetime.fromisoformat(str(await deleted_at(house, uuid)))
    assert at - datetime.fromisoformat(failed["at"]) > timedelta(hours=4)


async def test_unknown_foreign_and_impossible_uuids_get_the_same_404(house: TestHouse) -> None:
    mine = await processed(house)
    public = {"privacy": "public"}

    for uuid, headers in ((NOBODYS, BEARER), (mine, OTHER), ("*", BEARER), ("a.b", BEARER)):
        calls = [
            ("DELETE", f"{VIDEOS}/{uuid}", None),
            ("POST", f"{VIDEOS}/revert_deletion/{uuid}", None),
            ("PUT", f"{VIDEOS}/{uuid}/privacy", public),
            ("GET", f"{VIDEOS}/{uuid}/src_download", None),
        ]
        for method, path, body in calls:
            answer = await ask(house, method, path, body, headers)
            assert (answer.status_code, message(answer)) == (404, "no such video"), path
    assert await deleted_at(house, mine) is None


@pytest.mark.parametrize("path", [f"{VIDEOS}/delete_videos", f"{VIDEOS}/bulk_delete"])
async def test_many_are_deleted_and_each_that_is_not_says_why(house: TestHouse, path: str) -> None:
    good, twice = await processed(house), await processed(house)
    early = (await create_video(house))["uuid"]
    await done(house, "DELETE", f"{VIDEOS}/{twice}")

    answer = await ask(house, "DELETE", path, {"uuids": [good.upper(), twice, early, NOBODYS]})

    assert answer.status_code == 200
    counts = answer.json()
    failed = counts.pop("failed_videos")
    assert list(answer.json()) == [
        *("has_error", "videos_count", "updated_count", "failed_count", "failed_videos")
    ]
    assert counts == {
        "has_error": True,
        "videos_count": 4,
        "updated_count": 1,
        "failed_count": 3,
    }
    assert list(failed) == [twice, early, NOBODYS]
    assert failed[twice] == "this video is deleted already"
    assert "has not completed processing" in failed[early]
    assert failed[NOBODYS] == "no such video"
    assert await deleted_at(house, good)
    answer = await ask(house, "DELETE", path, {"uuids": [await processed(house)]})
    assert answer.json() == {
        "has_error": False,
        "videos_count": 1,
        "updated_count": 1,
        "failed_count": 0,
        "failed_videos": {},
    }


#: What is sent as `uuids`, and what is said.
BAD_UUIDS: list[tuple[Any, str]] = [
    ([], "uuids: has 0 uuids; send 1 to 50"),
    ([str(uuid4()) for _ in range(51)], "uuids: has 51 uuids; send 1 to 50"),
    ([NOBODYS, NOBODYS.upper()], f"uuids: '{NOBODYS}' is named more than once"),
    (["x"], "uuids: 'x' is not the uuid of a video"),
    (["\x00"], "uuids: "),
    (["x" * 1000], "uuids: '" + "x" * 64 + "' is not"),
    (NOBODYS, "uuids: must be a list of strings"),
    ([1], "uuids.0: must be a string"),
    (None, "uuids: must be a list of strings"),
]


async def test_a_list_of_uuids_that_cannot_be_meant_is_400(house: TestHouse) -> None:
    calls = [
        ("DELETE", f"{VIDEOS}/delete_videos"),
        ("POST", f"{VIDEOS}/traffic"),
        ("POST", "/company/client/collections/move_root"),
    ]
    for method, path in calls:
        for uuids, said in BAD_UUIDS:
            answer = await ask(house, method, path, {"uuids": uuids})
            assert answer.status_code == 400, (path, uuids)
            assert message(answer).startswith(said)
        for content in (b"", b"{", b"[]", b'{"uuids": ["\\ud800"]}', b"{}", b'{"uuid": []}'):
            answer = await house.http.request(method, path, content=content, headers=BEARER)
            assert answer.status_code == 400, (path, content)


async def test_without_a_good_key_nothing_is_changed(house: TestHouse) -> None:
    uuid = await processed(house)

    for method, path in [
        ("DELETE", f"{VIDEOS}/{uuid}"),
        ("DELETE", f"{VIDEOS}/delete_videos"),
        ("POST", f"{VIDEOS}/revert_deletion/{uuid}"),
        ("PUT", f"{VIDEOS}/{uuid}/privacy"),
        ("POST", f"{VIDEOS}/traffic"),
        ("GET", f"{VIDEOS}/{uuid}/src_download"),
        ("GET", f"{VIDEOS}/all"),
        ("GET", f"{VIDEOS}/deleted"),
        ("POST", f"{VIDEOS}/deleted"),
    ]:
        for headers in ({}, {"Authorization": "Bearer nobodys"}):
            answer = await house.http.request(method, path, content=b"{", headers=headers)
            assert answer.status_code == 401, (method, path)
            assert message(answer)
    assert await deleted_at(house, uuid) is None
