"""Many assets at once: all of them or none, refused in the documented words."""

from typing import Any

import pytest

from tests.house import TestHouse
from tests.platforms.tpstreams.calling import ASSETS, KEY, NOBODY, make_folder
from tests.platforms.tpstreams.documented import LISTED

BULK = f"{ASSETS}videos/bulk-create/"
BUNNY = "https://static.testpress.in/BigBuckBunny.mp4"


def item(title: str = "Big Buck Bunny Video", url: str = BUNNY, **changes: Any) -> dict[str, Any]:
    return {"title": title, "inputs": [{"url": url}], "resolutions": ["360p", "720p"], **changes}


async def count(house: TestHouse) -> int:
    return int((await house.http.get(f"{ASSETS}?limit=1", headers=KEY)).json()["count"])


async def test_all_are_made_and_answered_in_the_order_of_the_request(standing: TestHouse) -> None:
    # given
    folder = await make_folder(standing.http, "API test")
    before = await count(standing)

    # when
    items = [item(f"Video {n}", content_protection_type="aes", folder=folder) for n in range(50)]
    answer = await standing.http.post(BULK, json=items, headers=KEY)

    # then
    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert [each["title"] for each in shown] == [each["title"] for each in items]
    assert list(shown[0]) == LISTED
    assert shown[0]["video"]["status"] == "Not Started"
    assert shown[0]["video"]["content_protection_type"] == "aes"
    assert shown[0]["parent"] == {"title": "API test", "uuid": folder}
    assert await count(standing) == before + 50
    page = (await standing.http.get(f"{ASSETS}?parent={folder}", headers=KEY)).json()
    assert {each["id"] for each in page["results"]} == {each["id"] for each in shown}


async def test_same_title_or_same_link_alone_is_no_duplicate(standing: TestHouse) -> None:
    items = [item("Lecture"), item("Lecture", f"{BUNNY}?2"), item("Version 2")]

    answer = await standing.http.post(BULK, json=items, headers=KEY)

    assert answer.status_code == 201


async def test_same_idempotency_key_makes_nothing_twice(standing: TestHouse) -> None:
    # given
    headers = {**KEY, "Idempotency-Key": "a batch"}
    items = [item("one of a batch"), item("another of a batch")]

    # when
    made = [await standing.http.post(BULK, json=items, headers=headers) for _ in "ab"]

    # then
    first, again = ([each["id"] for each in answer.json()] for answer in made)
    assert first == again
    assert len(set(first)) == 2


SHORT: dict[str, Any] = {"title": "a"}
REQUIRED = ["This field is required."]
ODD = "Request body must be a list of objects."


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, {"detail": ODD}),
        ("videos", {"detail": ODD}),
        (None, {"detail": ODD}),
        ([item(), "video"], {"detail": ODD}),
        ([], {"non_field_errors": ["This list may not be empty."]}),
        (
            [item(str(n)) for n in range(75)],
            {
                "detail": "The maximum number of assets you can upload in a single request is 50. "
                "You submitted 75."
            },
        ),
        (
            [item(), item("b"), item("c"), item()],
            {
                "detail": "Duplicate video asset found in the request body.",
                "duplicate_key": f"('Big Buck Bunny Video', '{BUNNY}')",
                "first_occurrence_index": 0,
                "current_occurrence_index": 3,
                "message": "Item at index 3 is a duplicate of the item at index 0. "
                "Bulk requests must contain only unique video assets.",
                "item_index": 3,
            },
        ),
        (
            [item(), item("b"), SHORT],
            {"resolutions": REQUIRED, "inputs": REQUIRED, "item_index": 2},
        ),
        ([item(), item("b", inputs=[])], {"error_type": "IndexError", "item_index": 1}),
        ([item(folder=NOBODY)], {"folder": ["Invalid folder UUID"], "item_index": 0}),
        ([item(title="a" * 129)], None),
        ([item(url="ftp://a")], None),
        ([item(title="a\0b")], None),
    ],
    ids=lambda value: None,
)
async def test_what_is_wrong_is_refused_as_documented_and_nothing_is_made(
    standing: TestHouse, body: Any, error: dict[str, Any] | None
) -> None:
    # given
    before = await count(standing)

    # when
    answer = await standing.http.post(BULK, json=body, headers=KEY)

    # then
    assert answer.status_code == 400
    if error is None:
        assert answer.json()["item_index"] == 0
    else:
        assert answer.json() == error
        assert list(answer.json()) == list(error)
    assert await count(standing) == before
