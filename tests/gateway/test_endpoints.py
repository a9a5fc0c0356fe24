"""`/v1/endpoints`: settings are kept and shown, what is wrong is named, platforms keep their shapes."""

import json
from typing import Any

import pytest

from telecine.shared.contracts.endpoint_settings import EndpointPatch
from telecine.shared.events import DOCUMENTED_TYPES
from tests.gateway.endpoints import DEMO, OTHER, V1, call, changed, made, shown, wrong
from tests.house import OpenHouse, TestHouse

DEFAULTS: dict[str, Any] = {
    "headers": {},
    "rate_limit": None,
    "in_flight": None,
    "timeout": None,
    "retries": None,
    "signatures": ["v1"],
    "ordering": "none",
    "timestamps": "wall",
}
SETTINGS: dict[str, Any] = {
    "rate_limit": 10,
    "in_flight": 4,
    "timeout": 7.5,
    "retries": [0, 5, 60],
    "signatures": ["v1", "v1a"],
    "ordering": "video",
    "timestamps": "virtual",
}
TPSTREAMS = {"authorization": "Token demo-key"}


async def test_an_endpoint_needs_a_platform_and_a_url_and_gets_everything(
    house: TestHouse,
) -> None:
    endpoint = await made(house)

    assert endpoint == await shown(house, endpoint)
    assert (endpoint["types"], endpoint["active"], endpoint["why"]) == (["*"], True, None)
    assert endpoint["settings"] == DEFAULTS
    assert [key["kind"] for key in endpoint["keys"]] == ["v1"]


@pytest.mark.parametrize("platform", ["omega", "tpstreams"])
async def test_every_setting_is_kept_from_the_start(house: TestHouse, platform: str) -> None:
    endpoint = await made(
        house,
        platform=platform,
        types=["video.process_succeeded", "delivery.*"],
        description="mine",
        active=False,
        settings={**SETTINGS, "headers": {"X-Mine": "hush"}},
    )

    assert endpoint == await shown(house, endpoint)
    assert endpoint["types"] == ["video.process_succeeded", "delivery.*"]
    assert (endpoint["description"], endpoint["active"]) == ("mine", False)
    assert endpoint["why"] == "owner"
    assert endpoint["settings"] == {**SETTINGS, "headers": {"x-mine": "[redacted]"}}
    assert {key["kind"] for key in endpoint["keys"]} == {"v1", "v1a"}


async def test_a_change_changes_what_it_says_and_null_is_the_default(house: TestHouse) -> None:
    endpoint = await made(
        house, settings={**SETTINGS, "headers": {"x-a": "1", "x-b": "2"}}, description="mine"
    )

    await changed(house, endpoint, settings={"rate_limit": None, "headers": {"x-a": None}})
    await changed(house, endpoint, types=["video.*"], description=None, active=False)
    after = await changed(house, endpoint, settings={"ordering": "none", "headers": {"X-C": "3"}})

    assert after == await shown(house, endpoint)
    expected = {**SETTINGS, "rate_limit": None, "ordering": "none"}
    hidden = {"x-b": "[redacted]", "x-c": "[redacted]"}
    assert after["settings"] == {**expected, "headers": hidden}
    assert (after["types"], after["description"], after["active"]) == (["video.*"], None, False)
    assert after["url"] == endpoint["url"]


@pytest.mark.parametrize("name", [*DEFAULTS, None])
async def test_null_is_the_default_of_every_setting_and_of_all_of_them(
    house: TestHouse, name: str | None
) -> None:
    endpoint = await made(house, settings={**SETTINGS, "headers": {"x-a": "1", "x-b": "2"}})

    after = await changed(house, endpoint, settings={name: None} if name else None)

    expected = {**endpoint["settings"], name: DEFAULTS[name]} if name else DEFAULTS
    assert after["settings"] == expected
    assert after == await shown(house, endpoint)


def test_a_change_is_described_without_defaults_since_what_is_left_out_stays() -> None:
    assert '"default"' not in json.dumps(EndpointPatch.model_json_schema())


async def test_an_endpoint_with_nothing_but_nulls_has_the_defaults(house: TestHouse) -> None:
    nulls = await made(house, settings=dict.fromkeys(DEFAULTS))
    null = await made(house, settings=None)

    assert nulls["settings"] == null["settings"] == DEFAULTS


async def test_an_empty_change_and_the_same_one_again_are_no_news(house: TestHouse) -> None:
    endpoint = await made(house, settings={"headers": {"x-a": "1"}})

    empty = await changed(house, endpoint)
    same = await changed(house, endpoint, settings={"headers": {"x-a": "1"}}, active=True)

    assert empty == same == endpoint


async def test_a_deleted_endpoint_is_gone(house: TestHouse) -> None:
    endpoint = await made(house)

    gone = await call(house, "DELETE", f"/{endpoint['id']}")
    again = [
        await call(house, method, f"/{endpoint['id']}", body)
        for method, body in (("GET", None), ("PATCH", {}), ("DELETE", None))
    ]

    assert (gone.status_code, gone.content) == (204, b"")
    assert [answer.status_code for answer in again] == [404, 404, 404]


async def test_nobody_else_can_see_or_touch_an_endpoint(house: TestHouse) -> None:
    endpoint = await made(house)
    one = f"{V1}/{endpoint['id']}"

    answers = [
        await house.http.get(one, headers=OTHER),
        await house.http.patch(one, json={"active": False}, headers=OTHER),
        await house.http.delete(one, headers=OTHER),
        await house.http.get(f"{one}/secret", headers=OTHER),
        await house.http.post(f"{one}/secret/rotate", headers=OTHER),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert await shown(house, endpoint) == endpoint


async def test_a_repeated_creation_is_one_endpoint(house: TestHouse) -> None:
    body = {"platform": "omega", "url": "http://127.0.0.1:9/hook", "active": False}
    key = {"idempotency-key": "mine"}

    first = await call(house, "POST", "", body, headers=key)
    again = await call(house, "POST", "", body, headers=key)
    other = await call(house, "POST", "", {**body, "active": True}, headers=key)

    assert first.json() == again.json()
    assert other.status_code == 422
    assert (await call(house, "GET")).json()["total"] == 1


#: A body beside platform and URL, the field that is blamed for it, and words of what is said.
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"platform": "vimeo"}, "platform", "use omega or tpstreams"),
    ({"url": "ftp://x"}, "url", "http"),
    ({"url": "http://user:password@host/"}, "url", "remove them"),
    ({"url": "http://[::1]0"}, "url", "is not a URL"),
    ({"types": []}, "types", "is empty"),
    ({"types": ["video.lost"]}, "types", "known are video.uploaded"),
    ({"types": [""]}, "types", "no type ''"),
    ({"types": ["video.uploaded", "live.completed"]}, "types", "no type 'live.completed'"),
    ({"types": [f"video.{number}" for number in range(10_000)]}, "types", "at most 64"),
    ({"description": "x" * 1001}, "description", "1000"),
    ({"unknown": 1}, "unknown", "known are active, description, platform"),
    ({"active": "yes"}, "active", "must be true or false"),
    ({"active": None}, "active", "must be true or false"),
    ({"types": "video.uploaded"}, "types", 'a list such as ["video.*"]'),
    ({"url": 7}, "url", "must be a text"),
    ({"settings": [1]}, "settings", "must be an object"),
    ({"settings": {"rate_limit": True}}, "settings.rate_limit", "must be a number"),
    ({"settings": {"rate_limit": "5"}}, "settings.rate_limit", "must be a number"),
    ({"settings": {"in_flight": "5"}}, "settings.in_flight", "must be a whole number"),
    ({"settings": {"in_flight": 1.5}}, "settings.in_flight", "must be a whole number"),
    ({"settings": {"rate_limit": 0}}, "settings.rate_limit", "0.001"),
    ({"settings": {"rate_limit": 1e-300}}, "settings.rate_limit", "0.001"),
    ({"settings": {"rate_limit": 10**400}}, "settings.rate_limit", "number"),
    ({"settings": {"in_flight": 10**400}}, "settings.in_flight", "at most 1024"),
    ({"settings": {"rate_limit": "NaN"}}, "settings.rate_limit", "must be a number"),
    ({"settings": {"in_flight": 0}}, "settings.in_flight", "at least 1"),
    ({"settings": {"in_flight": 1025}}, "settings.in_flight", "1024"),
    ({"settings": {"timeout": 121}}, "settings.timeout", "120"),
    ({"settings": {"timeout": 0.05}}, "settings.timeout", "0.1"),
    ({"settings": {"retries": [10**400]}}, "settings.retries", "use 0 or more"),
    ({"settings": {"retries": "often"}}, "settings.retries", "standard, svix, stripe"),
    ({"settings": {"retries": [0, -1]}}, "settings.retries", "use 0 or more"),
    ({"settings": {"retries": [10, 20]}}, "settings.retries", "begin with 0"),
    ({"settings": {"retries": [True]}}, "settings.retries", "neither a profile nor a list"),
    ({"settings": {"signatures": []}}, "settings.signatures", "at least 1"),
    ({"settings": {"signatures": ["v1", "v1"]}}, "settings.signatures", "each once"),
    ({"settings": {"signatures": ["v2"]}}, "settings.signatures.0", "'v1' or 'v1a'"),
    ({"settings": {"ordering": "random"}}, "settings.ordering", "'video'"),
    ({"settings": {"timestamps": "mine"}}, "settings.timestamps", "'virtual'"),
    ({"settings": {"colour": 1}}, "settings.colour", "known are headers, in_flight"),
    ({"settings": {"headers": {"Authorization": "x"}}}, "settings.headers", "reserved"),
    ({"settings": {"headers": {"x-a": "1\r\nx-b: 2"}}}, "settings.headers", "line break"),
    ({"settings": {"headers": {"x-a": 1}}}, "settings.headers.x-a", "must be a text"),
]


async def test_what_is_wrong_is_said_with_the_field_and_nothing_is_kept(house: TestHouse) -> None:
    for fields, field, said in WRONG:
        body = {"platform": "omega", "url": "http://127.0.0.1:9/hook", **fields}

        blamed, message = wrong(await call(house, "POST", "", body))

        assert blamed == field
        assert said in message
    assert (await call(house, "GET")).json()["total"] == 0


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"url": "http://127.0.0.1:9/\ud800"}, "url"),
        ({"description": "\ud83d\ude00 \ude00"}, "description"),
        ({"settings": {"headers": {"x-a": "\udfff"}}}, "settings.headers.x-a"),
        ({"types": ["*", "\ud800"]}, "types.1"),
    ],
)
async def test_half_of_a_surrogate_pair_is_refused_and_leaves_the_key_free(
    house: TestHouse, fields: dict[str, Any], field: str
) -> None:
    good = {"platform": "omega", "url": "http://127.0.0.1:9/hook"}
    headers = {**DEMO, "idempotency-key": "mine"}

    answer = await house.http.post(V1, content=json.dumps({**good, **fields}), headers=headers)
    again = await house.http.post(V1, json=good, headers=headers)

    assert wrong(answer)[0] == field
    assert "not Unicode" in wrong(answer)[1]
    assert again.status_code == 201


async def test_a_body_that_says_to_be_a_form_as_curls_do_is_told_how_to_be_json(
    house: TestHouse,
) -> None:
    content = b'{"platform": "omega", "url": "http://127.0.0.1:9/hook"}'
    headers = {**DEMO, "content-type": "application/x-www-form-urlencoded"}

    answer = await house.http.post(V1, content=content, headers=headers)

    assert answer.status_code == 400
    assert "Content-Type: application/json" in answer.json()["error"]["message"]


async def test_a_change_is_held_against_the_same_rules(house: TestHouse) -> None:
    endpoint = await made(house, platform="tpstreams", types=["live.completed"])
    one = f"/{endpoint['id']}"

    answers = [
        await call(house, "PATCH", one, {"url": "nowhere"}),
        await call(house, "PATCH", one, {"types": ["job.cancelled"]}),
        await call(house, "PATCH", one, {"settings": {"headers": {"x-streams-token": "x"}}}),
        await call(house, "PATCH", one, {"settings": {"headers": {"x-a": "[redacted]"}}}),
        await call(house, "PATCH", one, {"settings": {"timeout": 0}}),
        await call(house, "PATCH", one, {"url": None}),
        await call(house, "PATCH", one, {"types": None}),
        await call(house, "PATCH", one, {"active": None}),
    ]

    assert [wrong(answer)[0] for answer in answers] == [
        "url",
        "types",
        "settings.headers",
        "settings.headers",
        "settings.timeout",
        "url",
        "types",
        "active",
    ]
    assert await shown(house, endpoint) == endpoint


async def test_headers_that_are_too_many_together_are_refused(house: TestHouse) -> None:
    endpoint = await made(house, settings={"headers": {f"x-{n}": "1" for n in range(10)}})

    answer = await call(
        house, "PATCH", f"/{endpoint['id']}", {"settings": {"headers": {"y": "1"}}}
    )

    assert wrong(answer)[0] == "settings.headers"


async def test_what_a_change_takes_away_makes_room_for_what_it_adds(house: TestHouse) -> None:
    endpoint = await made(house, settings={"headers": {f"x-{n}": "1" for n in range(10)}})
    gone: dict[str, Any] = {f"x-{n}": None for n in range(6)}

    after = await changed(
        house, endpoint, settings={"headers": gone | {f"y-{n}": "1" for n in range(6)}}
    )

    left = {*(f"x-{n}" for n in range(6, 10)), *(f"y-{n}" for n in range(6))}
    assert set(after["settings"]["headers"]) == left


async def test_a_url_that_the_egress_policy_forbids_is_refused(open_house: OpenHouse) -> None:
    async with open_house(egress="public") as house:
        body = {"platform": "omega", "url": "http://10.0.0.1/hook"}
        made_ = await call(house, "POST", "", body)
        public = await call(house, "POST", "", {**body, "url": "http://93.184.216.34/hook"})

        changed_ = await call(house, "PATCH", f"/{public.json()['id']}", {"url": body["url"]})

        assert wrong(made_)[0] == wrong(changed_)[0] == "url"


async def test_omega_shows_its_own_types_and_an_update_through_it_keeps_the_rest(
    house: TestHouse,
) -> None:
    settings = {**SETTINGS, "headers": {"x-mine": "hush"}}
    endpoint = await made(house, types=["*", "endpoint.*"], settings=settings)
    one = f"/company/client/webhooks/{endpoint['id']}"

    async def omega_update(body: dict[str, Any]) -> dict[str, Any]:
        bearer = {"authorization": "Bearer demo-key"}
        answer = await house.http.put(one, json=body, headers=bearer)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    same = {"url": "http://127.0.0.1:9/a", "events": list(DOCUMENTED_TYPES)}
    listed = (await call(house, "GET")).json()["endpoints"][0]
    after_same = await omega_update({**same, "events": (await omega_update(same))["events"]})
    kept = await shown(house, endpoint)
    after_other = await omega_update({**same, "events": ["video.deleted"]})
    narrowed = await shown(house, endpoint)

    assert set(after_same["events"]) == set(DOCUMENTED_TYPES)
    assert listed["types"] == ["*", "endpoint.*"]
    assert kept["settings"] == narrowed["settings"] == endpoint["settings"]
    assert after_other["events"] == ["video.deleted"]
    assert narrowed["types"] == ["video.deleted", "endpoint.*"]


async def test_tpstreams_knows_nothing_of_types_and_keeps_them(house: TestHouse) -> None:
    endpoint = await made(house, platform="tpstreams", types=["video.process_failed"])
    body = {"url": "http://127.0.0.1:9/b", "secret_token": "abcdef"}

    answer = await house.http.put(
        f"/api/v1/demo/webhooks/{endpoint['id']}/", json=body, headers=TPSTREAMS
    )

    assert answer.json() == {**body, "id": endpoint["id"]}
    after = await shown(house, endpoint)
    assert (after["url"], after["types"]) == (body["url"], ["video.process_failed"])
