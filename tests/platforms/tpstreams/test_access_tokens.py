"""Access tokens are made, read, changed and listed as documented, and end in virtual time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from telecine.platforms.tpstreams.access_token_body import AccessTokenBody
from telecine.shared.contracts.access_tokens import Terms
from tests.customer import Customer
from tests.house import OpenHouse, TestHouse
from tests.platforms.tpstreams.calling import ASSETS, KEY, NOBODY, make_asset
from tests.platforms.tpstreams.documented import NOT_FOUND
from tests.waiting import until

SHOWN = [
    "playback_url",
    "expires_after_first_usage",
    "code",
    "status",
    "valid_until",
    "annotations",
]
TEXT = {
    "text": "moving text",
    "type": "dynamic",
    "color": "#FF0000",
    "opacity": "0.80",
    "size": 15,
    "interval": 1000,
    "skip": 0,
    "x": 16,
    "y": 16,
}


async def tokens_of(house: TestHouse) -> str:
    return f"{ASSETS}{(await make_asset(house.http))['id']}/access_tokens/"


async def make(http: httpx.AsyncClient, home: str, **body: Any) -> Any:
    made = await http.post(home, json=body, headers=KEY)
    assert made.status_code == 201, made.text
    return made.json()


async def test_a_token_without_wishes_never_ends(standing: TestHouse) -> None:
    home = await tokens_of(standing)

    made = await standing.http.post(home, headers=KEY)

    assert made.status_code == 201
    shown = made.json()
    assert list(shown) == SHOWN
    assert shown["playback_url"].endswith(f"?access_token={shown['code']}")
    assert (shown["status"], shown["valid_until"]) == ("Active", None)
    assert (shown["expires_after_first_usage"], shown["annotations"]) == (False, [])
    assert (await standing.http.get(f"{home}{shown['code']}/", headers=KEY)).json() == shown


async def test_options_come_back(standing: TestHouse) -> None:
    home = await tokens_of(standing)

    made = await make(standing.http, home, expires_after_first_usage=True, annotations=[TEXT])

    assert made["annotations"] == [TEXT]
    assert made["expires_after_first_usage"] is True


async def test_same_idempotency_key_finds_the_same_token(standing: TestHouse) -> None:
    home = await tokens_of(standing)
    headers = {**KEY, "Idempotency-Key": "one token"}

    made = [
        (await standing.http.post(home, json={"time_to_live": 60}, headers=headers)).json()
        for _ in "ab"
    ]

    assert made[0] == made[1]
    assert (await standing.http.get(home, headers=KEY)).json()["count"] == 1


async def test_an_update_changes_some_options_or_all(standing: TestHouse) -> None:
    # given
    home = await tokens_of(standing)
    made = await make(standing.http, home, annotations=[TEXT])
    place = f"{home}{made['code']}/"

    # when
    changed = await standing.http.patch(place, json={"time_to_live": 300}, headers=KEY)
    replaced = await standing.http.put(
        place, json={"expires_after_first_usage": True}, headers=KEY
    )

    # then
    assert changed.status_code == replaced.status_code == 200
    assert changed.json() == {**made, "valid_until": changed.json()["valid_until"]}
    assert changed.json()["valid_until"]
    assert replaced.json() == {**made, "expires_after_first_usage": True, "annotations": []}
    assert (await standing.http.get(place, headers=KEY)).json() == replaced.json()


async def test_tokens_are_listed_newest_first_in_pages(standing: TestHouse) -> None:
    home = await tokens_of(standing)
    made = [(await make(standing.http, home))["code"] for _ in range(3)]

    first = (await standing.http.get(f"{home}?limit=2", headers=KEY)).json()
    rest = (await standing.http.get(first["next"], headers=KEY)).json()

    listed = [each["code"] for page in (first, rest) for each in page["results"]]
    assert listed == made[::-1]


async def test_a_token_ends_in_virtual_time_and_survives_a_restart(open_house: OpenHouse) -> None:
    async with open_house(speed=0) as house:
        home = await tokens_of(house)
        made = await make(house.http, home, time_to_live=3600)

    async with open_house(speed=0) as house:
        shown = (await house.http.get(f"{home}{made['code']}/", headers=KEY)).json()
        assert shown == made
        await Customer(house.http).speed(100_000)

        async def expired() -> bool:
            answer = await house.http.get(f"{home}{made['code']}/", headers=KEY)
            return bool(answer.json()["status"] == "Expired")

        await until(expired)


async def test_a_token_of_another_asset_or_of_none_is_unknown(standing: TestHouse) -> None:
    home, other = await tokens_of(standing), await tokens_of(standing)
    code = (await make(standing.http, home))["code"]
    foreign = home.replace("/demo/", "/other/")
    other_key = {"Authorization": "Token other-key"}

    answers = [
        await standing.http.get(f"{other}{code}/", headers=KEY),
        await standing.http.get(f"{home}{NOBODY}/", headers=KEY),
        await standing.http.get(f"{home}*/", headers=KEY),
        await standing.http.put(f"{other}{code}/", json={}, headers=KEY),
        await standing.http.post(f"{ASSETS}{NOBODY}/access_tokens/", json={}, headers=KEY),
        await standing.http.get(f"{foreign}{code}/", headers=other_key),
    ]
    await standing.http.delete(home.removesuffix("access_tokens/"), headers=KEY)
    answers.append(await standing.http.get(f"{home}{code}/", headers=KEY))

    assert [(each.status_code, each.json()) for each in answers] == [(404, NOT_FOUND)] * 7


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"time_to_live": 0}', "time_to_live"),
        ('{"time_to_live": "300"}', "time_to_live"),
        ('{"time_to_live": true}', "time_to_live"),
        ('{"time_to_live": 1e30}', "time_to_live"),
        ('{"time_to_live": 999999999999}', "time_to_live"),
        ('{"expires_after_first_usage": 1}', "expires_after_first_usage"),
        ('{"annotations": {}}', "annotations"),
        ('{"annotations": ["text"]}', "annotations"),
        ('{"annotations": [{"a": "\\u0000"}]}', "annotations"),
        ('{"annotations": [{"a": "\\ud800"}]}', "annotations"),
        ('{"annotations": [{"a": 1e999}]}', "annotations"),
        ('{"annotations": [{"a": %s}]}' % ("[" * 60 + "]" * 60), "annotations"),
        ('{"annotations": [{"a": "%s"}]}' % ("a" * 11_000), "annotations"),
        ('{"lifetime": 1}', "lifetime"),
        ("[]", "non_field_errors"),
        ("{", "detail"),
    ],
    ids=lambda value: None,
)
async def test_bad_options_are_refused_by_field(
    standing: TestHouse, body: str, field: str
) -> None:
    home = f"{ASSETS}{await _shared_asset(standing)}/access_tokens/"
    headers = {**KEY, "content-type": "application/json"}

    answer = await standing.http.post(home, content=body, headers=headers)

    assert (answer.status_code, list(answer.json())) == (400, [field])


async def _shared_asset(house: TestHouse) -> str:
    found = (await house.http.get(f"{ASSETS}?limit=1", headers=KEY)).json()["results"]
    return str(found[0]["id"] if found else (await make_asset(house.http))["id"])


def test_what_was_not_said_stays_in_a_change_and_goes_in_a_replacement() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    before = Terms(valid_until=now, single_use=True, annotations=({"a": 1},))
    body = AccessTokenBody(time_to_live=5)

    assert body.terms(now, before) == before.model_copy(
        update={"valid_until": now + timedelta(seconds=5)}
    )
    assert body.terms(now) == Terms(valid_until=now + timedelta(seconds=5))
    assert AccessTokenBody(time_to_live=None).terms(now, before).valid_until is None
