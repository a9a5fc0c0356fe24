"""Collections over HTTP, against a whole house."""

import re
from typing import Any

import httpx

from tests.house import TestHouse
from tests.platforms.omega.api import (
    BEARER,
    COLLECTIONS,
    OTHER,
    VIDEOS,
    create_collection,
    create_video,
    facts,
    message,
    processed,
    read,
)

NOBODYS = "64dcdbe1ae6153f5cc03a735"
NO_VIDEO = "a0dc8dbf-3126-4805-89a1-662a33331f93"
KEYS = ["id", "created_at", "updated_at", "deleted_at", "coid", "name"]


async def ask(
    house: TestHouse, method: str, path: str, body: Any = None, **headers: str
) -> httpx.Response:
    return await house.http.request(method, path, json=body, headers={**BEARER, **headers})


async def place(house: TestHouse, uuid: str) -> str | None:
    found: str | None = (await read(house, f"{VIDEOS}/{uuid}"))["collection_id"]
    return found


async def test_a_collection_is_made_as_documented(house: TestHouse) -> None:
    made = await create_collection(house, "my new collection")

    assert list(made) == KEYS
    assert re.fullmatch(r"[0-9a-f]{24}", made["id"])
    assert re.search(r"\.\d{3}Z$", made["created_at"])
    assert made == {
        **made,
        "updated_at": made["created_at"],
        "deleted_at": None,
        "coid": "omega-cop-demo",
        "name": "my new collection",
    }
    assert await read(house, f"{COLLECTIONS}/{made['id']}") == made


async def test_the_same_idempotency_key_makes_one_collection(house: TestHouse) -> None:
    ids = []
    for key in ("a", "a", "b"):
        answer = await ask(house, "POST", COLLECTIONS, {"name": "x"}, **{"Idempotency-Key": key})
        ids.append(answer.json()["id"])

    assert ids[0] == ids[1] != ids[2]
    assert (await read(house, COLLECTIONS))["total"] == 2


async def test_a_collection_is_renamed_by_its_id_in_the_path_or_in_the_body(
    house: TestHouse,
) -> None:
    made = await create_collection(house)
    one = f"{COLLECTIONS}/{made['id']}"

    in_path = await ask(house, "PUT", one, {"name": "new collection name"})
    in_body = await ask(house, "PUT", COLLECTIONS, {"id": made["id"], "name": "newer"})

    assert (in_path.status_code, in_body.status_code) == (201, 201)
    assert list(in_path.json()) == KEYS
    assert in_path.json()["name"] == "new collection name"
    assert await read(house, one) == in_body.json()
    assert in_body.json()["name"] == "newer"


async def test_collections_are_listed_in_pages_newest_first(house: TestHouse) -> None:
    made = [await create_collection(house, f"c {n}") for n in range(3)]

    page = await read(house, f"{COLLECTIONS}?limit=2&page=1")

    assert list(page) == ["data", "total", "page", "per_page", "prev", "next", "total_page"]
    assert page["data"] == [made[2], made[1]]
    assert [page[key] for key in ("total", "next", "total_page")] == [3, 2, 2]
    assert (await read(house, f"{COLLECTIONS}?limit=2&page=2"))["data"] == [made[0]]
    answer = await house.http.get(COLLECTIONS, headers=OTHER)
    assert answer.json()["total"] == 0


async def test_videos_are_laid_into_a_collection_and_out_of_it(house: TestHouse) -> None:
    collection = (await create_collection(house))["id"]
    first, second = (await create_video(house))["uuid"], (await create_video(house))["uuid"]

    body = {"id": collection, "uuids": [first, second]}
    moved = await ask(house, "POST", f"{COLLECTIONS}/move", body)
    listed = await read(house, f"{VIDEOS}?collection={collection}")
    back = await ask(house, "POST", f"{COLLECTIONS}/move_root", {"uuids": [first]})

    assert (moved.status_code, moved.content) == (204, b"")
    assert [each["uuid"] for each in listed["data"]] == [second, first]
    assert {each["collection_id"] for each in listed["data"]} == {collection}
    assert (back.status_code, back.content) == (204, b"")
    assert (await place(house, first), await place(house, second)) == (None, collection)


async def test_a_deleted_collection_lets_its_videos_go_and_is_gone(house: TestHouse) -> None:
    collection = (await create_collection(house))["id"]
    uuid = (await create_video(house, collection=collection))["uuid"]

    gone = await ask(house, "DELETE", f"{COLLECTIONS}/{collection}")

    assert (gone.status_code, gone.content) == (204, b"")
    assert await place(house, uuid) is None
    assert await facts(house, uuid) == ["video.created", "video.moved"]
    assert (await read(house, COLLECTIONS))["total"] == 0
    again = await ask(house, "DELETE", f"{COLLECTIONS}/{collection}")
    assert (again.status_code, message(again)) == (404, "no such collection")


async def test_unknown_foreign_and_impossible_collections_get_the_same_404(
    house: TestHouse,
) -> None:
    made, uuid = await create_collection(house), (await create_video(house))["uuid"]
    name = {"name": "x"}

    for collection, headers in (
        (NOBODYS, BEARER),
        (made["id"], OTHER),
        (made["id"].upper(), BEARER),
        ("*", BEARER),
    ):
        calls = [
            ("GET", f"{COLLECTIONS}/{collection}", None, "no such collection"),
            ("PUT", f"{COLLECTIONS}/{collection}", name, "no such collection"),
            ("DELETE", f"{COLLECTIONS}/{collection}", None, "no such collection"),
        ]
        for method, path, body, said in calls:
            answer = await house.http.request(method, path, json=body, headers=headers)
            assert (answer.status_code, message(answer)) == (404, said), (method, collection)
    unknown = {"id": NOBODYS, "uuids": [uuid]}
    answer = await ask(house, "POST", f"{COLLECTIONS}/move", unknown)
    assert (answer.status_code, message(answer)) == (404, "id: no such collection")
    answer = await ask(house, "PUT", COLLECTIONS, {"id": "*", "name": "x"})
    assert (answer.status_code, message(answer)) == (404, "id: no such collection")
    answer = await ask(house, "POST", VIDEOS, {"title": "a", "collection": NOBODYS})
    assert (answer.status_code, message(answer)) == (404, "collection: no such collection")


async def test_nothing_is_moved_if_one_of_them_cannot_be(house: TestHouse) -> None:
    collection, good = (await create_collection(house))["id"], await processed(house)
    gone = await processed(house)
    await ask(house, "DELETE", f"{VIDEOS}/{gone}")

    for wrong, status in ((NO_VIDEO, 404), (gone, 409)):
        for path, into in (("move", {"id": collection}), ("move_root", {})):
            body = {**into, "uuids": [good, wrong]}
            answer = await ask(house, "POST", f"{COLLECTIONS}/{path}", body)
            assert answer.status_code == status
            assert message(answer).startswith(f"{wrong}: ")
    assert await place(house, good) is None


#: Bodies of a creation, and what is said.
BAD_NAMES: list[tuple[Any, str]] = [
    ({}, "name: is required"),
    ({"name": ""}, "name: is empty"),
    ({"name": "n" * 129}, "name: has 129 characters; shorten it to 128"),
    ({"name": 7}, "name: must be a string"),
    ({"name": "a", "colour": "red"}, "colour: is not a field of this request"),
    ([], "the body must be a JSON object with name"),
]


async def test_a_bad_body_is_400_and_makes_nothing(house: TestHouse) -> None:
    for body, said in BAD_NAMES:
        answer = await ask(house, "POST", COLLECTIONS, body)
        assert answer.status_code == 400, body
        assert message(answer).startswith(said)
    assert (await ask(house, "POST", COLLECTIONS, {"name": "n" * 128})).status_code == 201
    assert (await read(house, COLLECTIONS))["total"] == 1
    for method, path in (
        ("POST", COLLECTIONS),
        ("GET", COLLECTIONS),
        ("DELETE", f"{COLLECTIONS}/x"),
    ):
        answer = await house.http.request(method, path, content=b"{")
        assert answer.status_code == 401
