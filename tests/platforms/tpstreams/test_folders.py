"""Folders are made, listed and searched as documented; what lies in one moves and goes with it."""

from typing import Any

import pytest

from tests.house import TestHouse
from tests.platforms.tpstreams.calling import (
    ASSETS,
    HOME,
    KEY,
    NOBODY,
    make_asset,
    make_folder,
)
from tests.platforms.tpstreams.documented import NOT_FOUND
from tests.waiting import until

FOLDERS = f"{ASSETS}folders/"
NO_FOLDER = {"parent": ["Invalid folder UUID"]}


async def make_live(house: TestHouse, **changes: str) -> str:
    body = {"title": "a live stream", "start": "2030-01-01 10:00:00", **changes}
    made = await house.http.post(f"{ASSETS}live_streams/", json=body, headers=KEY)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def move(house: TestHouse, asset: str, **body: str) -> Any:
    return await house.http.post(f"{ASSETS}{asset}/move/", json=body, headers=KEY)


async def ids(house: TestHouse, query: str) -> list[str]:
    found = await house.http.get(f"{ASSETS}?limit=500&{query}", headers=KEY)
    assert found.status_code == 200, found.text
    return [each["id"] for each in found.json()["results"]]


async def test_a_folder_is_answered_as_documented_and_listed(standing: TestHouse) -> None:
    # given
    parent = await make_folder(standing.http, "Animals")

    # when
    body = {"title": "CAT videos", "parent": parent}
    made = await standing.http.post(FOLDERS, json=body, headers=KEY)
    found = await standing.http.get(f"{FOLDERS}?q=cat", headers=KEY)

    # then
    assert made.status_code == 201
    assert list(made.json()) == ["title", "uuid"]
    assert found.json() == {"count": 1, "next": None, "previous": None, "results": [made.json()]}


async def test_folders_have_pages(standing: TestHouse) -> None:
    # given
    for number in range(3):
        await make_folder(standing.http, f"paged {number}")

    # when
    first = (await standing.http.get(f"{FOLDERS}?q=PAGED&limit=2", headers=KEY)).json()
    rest = (await standing.http.get(first["next"], headers=KEY)).json()

    # then
    titles = [each["title"] for page in (first, rest) for each in page["results"]]
    assert titles == ["paged 2", "paged 1", "paged 0"]
    assert rest["next"] is None


async def test_same_idempotency_key_finds_the_same_folder(standing: TestHouse) -> None:
    headers = {**KEY, "Idempotency-Key": "one folder"}

    made = [
        await standing.http.post(FOLDERS, json={"title": "once"}, headers=headers) for _ in "ab"
    ]

    assert made[0].json() == made[1].json()
    assert (await standing.http.get(f"{FOLDERS}?q=once", headers=KEY)).json()["count"] == 1


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, {"title": ["This field is required."]}),
        ({"title": " "}, {"title": ["This field may not be blank."]}),
        ({"title": "a" * 129}, {"title": ["Ensure this field has no more than 128 characters."]}),
        ({"title": "a", "parent": NOBODY}, NO_FOLDER),
        ({"title": "a", "parent": "a/b"}, NO_FOLDER),
        ({"title": "a", "parent": ""}, {"parent": ["This field may not be blank."]}),
        ({"title": "a", "colour": "red"}, {"colour": ["Unknown field."]}),
    ],
)
async def test_bad_folder_is_refused_by_field(
    standing: TestHouse, body: dict[str, str], error: dict[str, list[str]]
) -> None:
    answer = await standing.http.post(FOLDERS, json=body, headers=KEY)

    assert (answer.status_code, answer.json()) == (400, error)


async def test_an_asset_of_an_unknown_folder_is_refused(standing: TestHouse) -> None:
    body = {"inputs": [{"url": "https://example.com/a.mp4"}], "resolutions": ["240p"]}

    answer = await standing.http.post(
        f"{ASSETS}videos/", json={**body, "folder": NOBODY}, headers=KEY
    )

    assert (answer.status_code, answer.json()) == (400, {"folder": ["Invalid folder UUID"]})


async def test_assets_of_every_kind_move_into_a_folder_and_out(standing: TestHouse) -> None:
    # given
    folder = await make_folder(standing.http, "destination")
    video, live = (await make_asset(standing.http))["id"], await make_live(standing)
    inner = await make_folder(standing.http, "inner")

    # when
    answers = [await move(standing, asset, parent=folder) for asset in (video, live, inner)]

    # then
    assert [each.json() for each in answers] == [{"detail": "Asset moved successfully."}] * 3
    assert set(await ids(standing, f"parent={folder}")) == {video, live}
    shown = (await standing.http.get(f"{ASSETS}{live}/", headers=KEY)).json()
    assert shown["parent"] == {"title": "destination", "uuid": folder}

    # when
    for asset in (video, live):
        assert (await move(standing, asset)).status_code == 200

    # then
    assert await ids(standing, f"parent={folder}") == []
    assert {video, live} <= set(await ids(standing, "has_parent=false"))


async def test_a_move_to_nowhere_of_nothing_or_into_itself_is_refused(standing: TestHouse) -> None:
    # given
    outer = await make_folder(standing.http, "outer")
    inner = await make_folder(standing.http, "inner", parent=outer)
    video, live = (await make_asset(standing.http))["id"], await make_live(standing)

    # then
    for asset in (video, live, inner):
        answer = await move(standing, asset, parent=NOBODY)
        assert (answer.status_code, answer.json()) == (400, NO_FOLDER)
    answer = await move(standing, outer, parent=inner)
    assert (answer.status_code, list(answer.json())) == (400, ["parent"])
    answer = await move(standing, NOBODY, parent=outer)
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


async def test_a_deleted_folder_takes_everything_in_it_along(standing: TestHouse) -> None:
    # given
    outer = await make_folder(standing.http, "to go")
    inner = await make_folder(standing.http, "to go too", parent=outer)
    video = (await make_asset(standing.http, folder=inner))["id"]
    live = await make_live(standing)
    await move(standing, live, parent=outer)
    stays = (await make_asset(standing.http))["id"]

    # when
    answer = await standing.http.delete(f"{ASSETS}{outer}/", headers=KEY)

    # then
    assert (answer.status_code, answer.content) == (204, b"")

    async def gone() -> bool:
        found = [
            await standing.http.get(f"{ASSETS}{each}/", headers=KEY) for each in (video, live)
        ]
        return [each.status_code for each in found] == [404, 404]

    await until(gone)
    assert (await standing.http.get(f"{FOLDERS}?q=to go", headers=KEY)).json()["count"] == 0
    assert stays in await ids(standing, "")
    again = await standing.http.delete(f"{ASSETS}{outer}/", headers=KEY)
    assert (again.status_code, again.json()) == (404, NOT_FOUND)
    assert (await standing.http.get(f"{HOME}/assets/?parent={outer}", headers=KEY)).json()[
        "count"
    ] == 0
