"""The table of origins against what Omega really shows: a whole house's answers, and every state."""

import json
from typing import Any

from telecine.platforms.fidelity import Word
from telecine.platforms.omega import PACK
from telecine.platforms.omega.event_shape import detail, item
from telecine.platforms.omega.video_shape import STATUSES, whole
from telecine.platforms.omega.video_shape import item as listed
from telecine.shared.events import DOCUMENTED_TYPES
from tests.house import TestHouse
from tests.platforms.omega.api import (
    BEARER,
    COLLECTIONS,
    VIDEOS,
    WEBHOOKS,
    create_collection,
    create_endpoint,
    create_video,
    processed,
    read,
)
from tests.platforms.omega.states import (
    BY_FILE,
    attempt,
    delivered,
    delivery,
    every_state,
    rendering,
)
from tests.platforms.told import common_headers, headers, keys, objects, tables
from tests.waiting import until


async def send(house: TestHouse, method: str, path: str, **sent: Any) -> Any:
    answer = await house.http.request(method, path, json=sent or None, headers=BEARER)
    assert answer.is_success, answer.text
    return answer.json()


async def test_every_key_of_answers_and_webhooks_is_told_and_every_told_key_is_there(
    house: TestHouse,
) -> None:
    endpoint = await create_endpoint(house, house.receiver.on("/hook"))
    one = f"{WEBHOOKS}/{endpoint['id']}"
    opened = await create_video(house)
    done = await processed(house)
    failed = await processed(house, "sim=fail:corrupt", "failed")
    await house.receiver.wait(lambda r: len(r.at("/hook")) >= 4)
    collection = await create_collection(house)

    async def answered() -> Any:
        return await read(house, one) if len(await read(house, one)) == 4 else None

    events = await until(answered)
    details = [await read(house, f"{one}/events/{each['id']}") for each in events]
    videos = [await read(house, f"{VIDEOS}/{uuid}") for uuid in (opened["uuid"], done, failed)]
    page = await read(house, VIDEOS)
    answers: dict[str, list[Any]] = {
        "Webhook endpoint": [endpoint, *await read(house, f"{WEBHOOKS}/all")],
        "Event: the webhook's body, the list's item, the detail": [
            *(each.json() for each in house.receiver.at("/hook")),
            *events,
            *details,
        ],
        "Video, whole": [opened, *videos, *await read(house, f"{VIDEOS}/all")],
        "Video, as lists show it": page["data"],
        "Page of videos": [page, await read(house, f"{VIDEOS}/deleted")],
        "Collection": [collection],
        "Page of collections": [await read(house, COLLECTIONS)],
        "Traffic": [await send(house, "POST", f"{VIDEOS}/traffic", uuids=[done])],
        "Link to a video's source": [await read(house, f"{VIDEOS}/{done}/src_download")],
        "Account": [await read(house, "/company/client/account/data")],
        "Answer to the deletion of many": [
            await send(house, "DELETE", f"{VIDEOS}/delete_videos", uuids=[done, opened["uuid"]])
        ],
        "Message: successes and errors": [await send(house, "DELETE", one)],
        "Key in the place of another": [
            await send(house, "POST", "/company/client/account/revoke_api_key", key="demo-key")
        ],
    }

    told = objects("omega")
    assert set(answers) == set(told)
    for title, given in answers.items():
        assert keys(given, told[title]) == set(told[title].names()), title
    assert headers(house.receiver.at("/hook")[0]) == common_headers()


def test_every_state_of_a_video_has_the_told_keys_and_no_others() -> None:
    told = objects("omega")
    states = [*every_state().values(), *every_state(BY_FILE).values()]

    for shown, title in (
        (listed, "Video, as lists show it"),
        (lambda v: whole(v, 3), "Video, whole"),
    ):
        found = keys([shown(video) for video in states], told[title])
        assert found == set(told[title].names()), title


def test_every_view_of_an_event_has_the_told_keys_and_no_others() -> None:
    told = objects("omega")["Event: the webhook's body, the list's item, the detail"]
    sent = PACK.render(rendering(every_state()["watchable"]))
    answered = detail(delivered(sent, attempt()))
    nobody = detail(
        delivered(sent, attempt(status=None, reason="", error="connect", message="no"))
    )

    found = keys([json.loads(sent), item(delivery()), answered, nobody], told)

    assert found == set(told.names())


def test_every_status_is_told_with_the_states_it_stands_for() -> None:
    (table,) = tables("omega", "status").values()
    told = {word.name: set(word.states) for word in table.claims if isinstance(word, Word)}

    shown: dict[str, set[str]] = {}
    for state, video in every_state().items():
        shown.setdefault(whole(video, 3)["status"], set()).add(state)

    assert told == shown
    assert {state for states in told.values() for state in states} == set(STATUSES)


def test_the_ten_documented_types_are_told() -> None:
    (table,) = tables("omega", "event").values()

    assert set(table.names()) == set(DOCUMENTED_TYPES)
