"""Assets are created from a link, listed and shown as documented."""

import re
from datetime import UTC, datetime

import pytest

from tests.house import TestHouse
from tests.platforms.tpstreams import documented
from tests.platforms.tpstreams.calling import ASSETS, HOME, KEY, make_asset, make_folder
from tests.waiting import until

OTHER_KEY = {"Authorization": "Token other-key"}


async def test_documented_request_makes_an_asset_that_has_not_started(
    standing: TestHouse,
) -> None:
    # given
    folder = await make_folder(standing.http, "Cartoons")

    # when
    body = {**documented.CREATE_REQUEST, "folder": folder}
    answer = await standing.http.post(f"{ASSETS}videos/", json=body, headers=KEY)

    # then
    assert answer.status_code == 201
    shown = answer.json()
    assert list(shown) == documented.CREATED
    assert list(shown["video"]) == documented.NEWEST_VIDEO
    assert shown["title"] == "Big Buck Bunny Video"
    assert shown["parent"] == {"title": "Cartoons", "uuid": folder}
    assert shown["parent_id"] == folder
    assert shown["bytes"] is None
    sent = ("inputs", "resolutions", "content_protection_type", "generate_subtitle")
    assert {key: shown["video"][key] for key in sent} == {
        key: documented.CREATE_REQUEST[key] for key in sent
    }
    assert shown["video"]["status"] == "Not Started"
    assert shown["video"]["thumbnails"] is None


async def test_asset_can_be_read_until_it_is_completed(standing: TestHouse) -> None:
    # given
    made = await make_asset(standing.http)

    # when
    async def completed() -> bool:
        answer = await standing.http.get(f"{ASSETS}{made['id']}/", headers=KEY)
        assert answer.status_code == 200
        return bool(answer.json()["video"]["status"] == "Completed")

    await until(completed)

    # then
    shown = (await standing.http.get(f"{ASSETS}{made['id']}/", headers=KEY)).json()
    assert list(shown) == documented.DETAILED
    assert shown["title"] == "a.mp4"
    assert shown["bytes"] > 0
    assert shown["video"]["duration"] > 0
    assert shown["download_url"]


async def test_created_asset_is_listed_at_once(standing: TestHouse) -> None:
    # given
    made = await make_asset(standing.http)

    # when
    answer = await standing.http.get(ASSETS, headers=KEY)

    # then
    assert answer.status_code == 200
    envelope = answer.json()
    assert list(envelope) == ["count", "next", "previous", "results"]
    assert envelope["results"][0]["id"] == made["id"]
    assert list(envelope["results"][0]) == documented.LISTED


async def test_same_idempotency_key_finds_the_same_asset(standing: TestHouse) -> None:
    # given
    headers = {**KEY, "Idempotency-Key": "one"}
    body = documented.CREATE_REQUEST

    # when
    made = [await standing.http.post(f"{ASSETS}videos/", json=body, headers=headers) for _ in "ab"]

    # then
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json()["id"] == made[1].json()["id"]


async def test_folder_is_a_place_to_list(standing: TestHouse) -> None:
    # given
    folder = await make_folder(standing.http, "a place")
    inside = await make_asset(standing.http, folder=folder)
    outside = await make_asset(standing.http)

    # when
    async def ids(query: str) -> list[str]:
        found = await standing.http.get(f"{ASSETS}?limit=500&{query}", headers=KEY)
        assert found.status_code == 200
        return [each["id"] for each in found.json()["results"]]

    # then
    assert await ids(f"parent={folder}") == [inside["id"]]
    assert await ids("parent=nobodys") == []
    assert inside["id"] in await ids("has_parent=true")
    assert outside["id"] not in await ids("has_parent=true")
    assert outside["id"] in await ids("has_parent=false")
    assert inside["id"] not in await ids("has_parent=false")


async def test_bad_filter_is_refused_by_name(standing: TestHouse) -> None:
    answer = await standing.http.get(f"{ASSETS}?has_parent=maybe", headers=KEY)

    assert answer.status_code == 400
    assert answer.json() == {"has_parent": ["Must be a valid boolean."]}


async def test_pages_lead_through_all_assets(standing: TestHouse) -> None:
    # given
    home = "/api/v1/other/assets/"
    body = {"inputs": [{"url": "https://example.com/a.mp4"}], "resolutions": ["240p"]}
    for title in ("first", "second", "third"):
        await standing.http.post(
            f"{home}videos/", json={**body, "title": title}, headers=OTHER_KEY
        )

    # when
    newest = await standing.http.get(f"{home}?limit=2", headers=OTHER_KEY)
    rest = await standing.http.get(newest.json()["next"], headers=OTHER_KEY)

    # then
    assert [each["title"] for each in newest.json()["results"]] == ["third", "second"]
    assert [each["title"] for each in rest.json()["results"]] == ["first"]
    assert rest.json()["count"] == 3
    assert rest.json()["next"] is None
    assert rest.json()["previous"] == f"{standing.url}{home}?limit=2"


async def test_another_organisations_asset_is_unknown(standing: TestHouse) -> None:
    # given
    made = await make_asset(standing.http)

    # when
    answer = await standing.http.get(f"/api/v1/other/assets/{made['id']}/", headers=OTHER_KEY)

    # then
    assert (answer.status_code, answer.json()) == (404, documented.NOT_FOUND)


@pytest.mark.parametrize(
    ("query", "body"),
    [("?expiry=300", None), ("", {"expiry": 300}), ("", {"expiry": "300"})],
)
async def test_expiry_is_read_from_the_query_and_from_the_body(
    standing: TestHouse, query: str, body: dict[str, object] | None
) -> None:
    # given
    made = await make_asset(standing.http)
    before = datetime.now(UTC).timestamp()

    # when
    path = f"{ASSETS}{made['id']}/{query}"
    answer = await standing.http.request("GET", path, json=body, headers=KEY)

    # then
    assert answer.status_code == 200
    found = re.search(r"\?Expires=(\d+)&Signature=", answer.json()["video"]["playback_url"])
    assert found
    after = datetime.now(UTC).timestamp()
    assert before - 1 <= int(found[1]) - 300 <= after + 1


@pytest.mark.parametrize(
    ("query", "body", "said"),
    [
        ("?expiry=soon", None, "A valid integer is required."),
        ("?expiry=", None, "A valid integer is required."),
        ("?expiry=0", None, "Ensure this value is greater than or equal to 1."),
        ("?expiry=31536001", None, "Ensure this value is less than or equal to 31536000."),
        ("", {"expiry": -1}, "Ensure this value is greater than or equal to 1."),
        ("", {"expiry": None}, "This field may not be null."),
        ("", {"expiry": 1.5}, "Not a valid string."),
    ],
)
async def test_bad_expiry_is_refused_by_name(
    standing: TestHouse, query: str, body: dict[str, object] | None, said: str
) -> None:
    # given
    made = await make_asset(standing.http)

    # when
    path = f"{HOME}/assets/{made['id']}/{query}"
    answer = await standing.http.request("GET", path, json=body, headers=KEY)

    # then
    assert answer.status_code == 400
    assert answer.json() == {"expiry": [said]}


async def test_bad_asset_is_refused_and_not_made(standing: TestHouse) -> None:
    # given
    before = (await standing.http.get(ASSETS, headers=KEY)).json()["count"]

    # when
    body = {"inputs": [{"url": "file:///etc/passwd"}], "resolutions": ["240p"]}
    answer = await standing.http.post(f"{ASSETS}videos/", json=body, headers=KEY)

    # then
    assert answer.status_code == 400
    assert answer.json()["inputs"][0]["url"][0] == "Enter a valid URL."
    assert (await standing.http.get(ASSETS, headers=KEY)).json()["count"] == before


async def test_an_asset_is_deleted_once_whatever_it_does_and_is_gone(standing: TestHouse) -> None:
    # given
    made = await make_asset(standing.http)
    place = f"{ASSETS}{made['id']}/"

    # when
    deleted = await standing.http.delete(place, headers=KEY)

    # then
    assert (deleted.status_code, deleted.content) == (204, b"")
    for method in ("GET", "DELETE"):
        answer = await standing.http.request(method, place, headers=KEY)
        assert (answer.status_code, answer.json()) == (404, documented.NOT_FOUND)
    listed = (await standing.http.get(f"{ASSETS}?limit=500", headers=KEY)).json()["results"]
    assert made["id"] not in [each["id"] for each in listed]
    unknown = await standing.http.delete(f"{ASSETS}*/", headers=KEY)
    assert (unknown.status_code, unknown.json()) == (404, documented.NOT_FOUND)


async def test_a_long_page_of_long_assets_is_answered(standing: TestHouse) -> None:
    """What the house says inside has 1 MiB; a page may be longer."""
    # given
    folder = await make_folder(standing.http, "long ones")
    link = f"https://example.com/{'a' * 2000}.mp4"
    items = [
        {
            "inputs": [{"url": link}],
            "resolutions": ["240p"],
            "title": str(number),
            "folder": folder,
        }
        for number in range(50)
    ]
    for batch in range(5):
        body = [{**each, "title": f"{batch} {each['title']}"} for each in items]
        made = await standing.http.post(f"{ASSETS}videos/bulk-create/", json=body, headers=KEY)
        assert made.status_code == 201

    # when
    answer = await standing.http.get(f"{ASSETS}?parent={folder}&limit=240", headers=KEY)

    # then
    assert answer.status_code == 200
    titles = [each["title"] for each in answer.json()["results"]]
    assert len(set(titles)) == 240
    assert (titles[0][:2], answer.json()["count"]) == ("4 ", 250)
