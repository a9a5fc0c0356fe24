"""The control API: what it shows, within the key's organisation, and how it says what is wrong."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.house import OpenHouse, TestHouse
from tests.waiting import until

DEMO = {"authorization": "Bearer demo-key"}
OTHER = {"authorization": "Bearer other-key"}
TYPES = ["video.uploaded", "video.process_succeeded"]


async def endpoint(house: TestHouse, url: str) -> str:
    body = {"url": url, "events": TYPES}
    answer = await house.http.post("/company/client/webhooks", json=body, headers=DEMO)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


async def upload(house: TestHouse, title: str = "a") -> str:
    body = {"url": "http://example.com/a.mp4", "title": title}
    answer = await house.http.post("/company/client/video/stream/copy", json=body, headers=DEMO)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["uuid"])


async def get(house: TestHouse, path: str, **params: Any) -> Any:
    answer = await house.http.get(path, params=params, headers=DEMO)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def facts(house: TestHouse, video_id: str) -> list[dict[str, Any]]:
    """Wait until a video can be watched. Answers its history."""

    async def complete() -> Any:
        found = (await get(house, f"/v1/videos/{video_id}/history"))["facts"]
        return found if found[-1]["type"] == "video.ready_to_watch" else None

    history: list[dict[str, Any]] = await until(complete)
    return history


async def test_endpoints_of_every_platform_are_listed_newest_first(house: TestHouse) -> None:
    first = await endpoint(house, "http://127.0.0.1:9/one")
    body = {"url": "http://127.0.0.1:9/two", "secret_token": "abcdef"}
    second = await house.http.post(
        "/api/v1/demo/webhooks/", json=body, headers={"authorization": "Token demo-key"}
    )

    page = await get(house, "/v1/endpoints")

    assert [each["id"] for each in page["endpoints"]] == [second.json()["id"], first]
    assert page["total"] == 2
    assert "abcdef" not in str(page)


async def test_the_owner_reads_the_signing_secret_and_nobody_else(house: TestHouse) -> None:
    endpoint_id = await endpoint(house, "http://127.0.0.1:9/hook")

    mine = await get(house, f"/v1/endpoints/{endpoint_id}/secret")
    others = await house.http.get(f"/v1/endpoints/{endpoint_id}/secret", headers=OTHER)

    assert mine["secret"].startswith("whsec_")
    assert others.status_code == 404


async def test_history_shows_every_fact_with_the_state_after_it(house: TestHouse) -> None:
    video_id = await upload(house)

    history = await facts(house, video_id)

    assert [fact["version"] for fact in history] == list(range(1, len(history) + 1))
    assert [fact["state"]["kind"] for fact in history] == [
        "uploaded",
        "queued",
        "in_progress",
        "completed",
        "succeeded",
        "watchable",
    ]
    positions = [fact["position"] for fact in history]
    assert positions == sorted(positions)
    assert len({fact["correlation_id"] for fact in history}) == 1


async def test_as_of_answers_the_state_then(open_house: OpenHouse) -> None:
    async with open_house(preset="quick", speed=20) as house:
        video_id = await upload(house)
        history = await facts(house, video_id)
        third = history[2]
        path = f"/v1/videos/{video_id}/history"

        by_position = await get(house, path, as_of=third["position"])
        by_time = await get(house, path, as_of=third["at"])
        before = await house.http.get(path, params={"as_of": "2001-01-01T00:00:00Z"}, headers=DEMO)

        assert by_position["state"] == by_time["state"] == third["state"]
        assert by_position["position"] == third["position"]
        assert before.status_code == 404
        assert before.json()["error"]["field"] == "as_of"


async def test_events_are_paged_in_the_order_of_the_log(house: TestHouse) -> None:
    video_id = await upload(house)
    history = await facts(house, video_id)

    first = await get(house, "/v1/events", limit=4)
    rest = await get(house, "/v1/events", cursor=first["cursor"])
    end = await get(house, "/v1/events", cursor=rest["cursor"])

    found = [event["type"] for event in (*first["events"], *rest["events"])]
    assert found == [fact["type"] for fact in history]
    assert (end["events"], end["cursor"]) == ([], rest["cursor"])


async def test_events_are_filtered_by_type_video_and_category(house: TestHouse) -> None:
    endpoint_id = await endpoint(house, "http://127.0.0.1:9/hook")
    one, two = await upload(house), await upload(house)
    await facts(house, one)
    await facts(house, two)

    by_type = await get(house, "/v1/events", type="video.uploaded")
    by_video = await get(house, "/v1/events", video_id=two)
    endpoints = await get(house, "/v1/events", category="endpoint")

    assert [event["subject"] for event in by_type["events"]] == [one, two]
    assert {event["subject"] for event in by_video["events"]} == {two}
    assert [event["subject"] for event in endpoints["events"]] == [endpoint_id]


async def test_deliveries_are_listed_filtered_and_paged(house: TestHouse) -> None:
    endpoint_id = await endpoint(house, house.receiver.on("/hook"))
    videos = [await upload(house) for _ in range(3)]
    await house.receiver.wait(lambda receiver: len(receiver.received) == 6)

    async def recorded() -> Any:
        page = await get(house, "/v1/deliveries")
        return page if len(page["deliveries"]) == 6 else None

    everything = await until(recorded)
    first = await get(house, "/v1/deliveries", limit=4)
    rest = await get(house, "/v1/deliveries", cursor=first["cursor"])
    of_video = await get(house, "/v1/deliveries", video_id=videos[0])
    of_type = await get(house, "/v1/deliveries", type="video.uploaded", endpoint_id=endpoint_id)
    failed = await get(house, "/v1/deliveries", state="exhausted")

    ids = [each["id"] for each in everything["deliveries"]]
    assert [each["id"] for each in (*first["deliveries"], *rest["deliveries"])] == ids
    assert rest["cursor"] is None
    assert len(of_video["deliveries"]) == 2
    assert len(of_type["deliveries"]) == 3
    assert failed["deliveries"] == []


async def test_attempts_are_searched(open_house: OpenHouse) -> None:
    async with open_house(retries="stripe") as house:  # so there is no second attempt meanwhile
        good = await endpoint(house, house.receiver.on("/good"))
        bad = await endpoint(house, "http://127.0.0.1:9/nobody")
        video_id = await upload(house)

        async def recorded() -> Any:
            page = await get(house, "/v1/attempts")
            return page["attempts"] if len(page["attempts"]) == 4 else None

        everything = await until(recorded)
        failed = (await get(house, "/v1/attempts", error="connect", status="none"))["attempts"]
        fine = (await get(house, "/v1/attempts", status="2xx", endpoint_id=good))["attempts"]
        first = await get(house, "/v1/attempts", limit=3, video_id=video_id)
        rest = await get(house, "/v1/attempts", cursor=first["cursor"], video_id=video_id)
        later = await get(house, "/v1/attempts", since="2100-01-01T00:00:00Z")
        others = await house.http.get("/v1/attempts", params={"endpoint_id": good}, headers=OTHER)

        assert {each["endpoint_id"] for each in failed} == {bad}
        assert {each["endpoint_id"] for each in fine} == {good}
        assert {each["status"] for each in fine} == {200}
        assert {each["video_id"] for each in everything} == {video_id}
        assert (first["attempts"] + rest["attempts"], rest["cursor"]) == (everything, None)
        assert later["attempts"] == others.json()["attempts"] == []
        (shown,) = [each for each in fine if each["event_type"] == "video.uploaded"]
        assert shown["key_ids"]
        assert (shown["response_length"], shown["reused"]) == (len("webhook received\n"), False)


async def test_a_delivery_shows_its_body_and_every_attempt(house: TestHouse) -> None:
    await endpoint(house, house.receiver.on("/hook"))
    await upload(house)
    await house.receiver.wait(lambda receiver: bool(receiver.received))
    delivery_id = house.receiver.received[0].headers["webhook-id"]

    async def recorded() -> httpx.Response | None:
        answer = await house.http.get(f"/v1/deliveries/{delivery_id}", headers=DEMO)
        return answer if answer.status_code == 200 else None

    detail = (await until(recorded)).json()
    (attempt,) = detail["attempts"]
    others = await house.http.get(f"/v1/deliveries/{delivery_id}", headers=OTHER)

    assert detail["body"].encode() == house.receiver.received[0].body
    assert (attempt["number"], attempt["status"], attempt["error"]) == (1, 200, None)
    assert attempt["response_body"] == "webhook received\n"
    assert dict(attempt["request_headers"])["webhook-id"] == delivery_id
    assert datetime.fromisoformat(attempt["started_at"]).tzinfo is not None
    assert others.status_code == 404


async def test_the_clock_is_read_frozen_and_set(house: TestHouse) -> None:
    running = await get(house, "/v1/clock")
    frozen = await house.http.put("/v1/clock", json={"speed": 0}, headers=DEMO)
    then = await get(house, "/v1/clock")
    again = await get(house, "/v1/clock")
    fast = await house.http.put("/v1/clock", json={"speed": 3600}, headers=DEMO)

    assert running["speed"] == 1
    assert frozen.json()["frozen"] is True
    assert then["now"] == again["now"]
    assert fast.json()["speed"] == 3600

    async def an_hour_later() -> bool:
        now = datetime.fromisoformat((await get(house, "/v1/clock"))["now"])
        return now > datetime.now(UTC) + timedelta(minutes=59)

    await until(an_hour_later)


@pytest.mark.parametrize(
    ("headers", "word"),
    [
        ({}, "Bearer"),
        ({"authorization": "demo-key"}, "Bearer"),
        ({"authorization": "Basic demo-key"}, "Bearer"),
        ({"authorization": "Bearer"}, "Bearer"),
        ({"authorization": "Bearer nobody"}, "key"),
    ],
)
async def test_without_a_good_key_nothing_is_shown(
    standing: TestHouse, headers: dict[str, str], word: str
) -> None:
    for path in ("/v1/endpoints", "/v1/events", "/v1/deliveries", "/v1/attempts", "/v1/clock"):
        answer = await standing.http.get(path, headers=headers)

        assert answer.status_code == 401
        assert word in answer.json()["error"]["message"]
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("path", "params", "field"),
    [
        ("/v1/events", {"type": "video.exploded"}, "type"),
        ("/v1/events", {"cursor": "x"}, "cursor"),
        ("/v1/events", {"limit": "0"}, "limit"),
        ("/v1/events", {"category": "clock"}, "category"),
        ("/v1/deliveries", {"cursor": "yesterday"}, "cursor"),
        ("/v1/deliveries", {"state": "lost"}, "state"),
        ("/v1/deliveries", {"reason": "laziness"}, "reason"),
        ("/v1/deliveries", {"since": "yesterday"}, "since"),
        ("/v1/attempts", {"cursor": "-1"}, "cursor"),
        ("/v1/attempts", {"cursor": "9" * 30}, "cursor"),
        ("/v1/attempts", {"status": "5x"}, "status"),
        ("/v1/attempts", {"error": "bad luck"}, "error"),
        ("/v1/attempts", {"trigger": "whim"}, "trigger"),
        ("/v1/attempts", {"until": "2026-01-31T00:00:00"}, "until"),
        (
            "/v1/attempts",
            {"since": "2026-02-01T00:00:00Z", "until": "2026-01-31T00:00:00Z"},
            "until",
        ),
        ("/v1/endpoints", {"offset": "-1"}, "offset"),
        ("/v1/endpoints", {"offset": "9223372036854775808"}, "offset"),
        ("/v1/endpoints", {"platform": "\0"}, "platform"),
        ("/v1/endpoints", {"platform": "vimeo"}, "platform"),
        ("/v1/endpoints", {"type": "video.uploaded"}, "type"),
        ("/v1/deliveries", {"type": "video.exploded"}, "type"),
        ("/v1/attempts", {"type": "job.*"}, "type"),
        ("/v1/attempts", {"endpoint": "xyz"}, "endpoint"),
        ("/v1/attempts", {"endpoint_id": ""}, "endpoint_id"),
        ("/v1/attempts", {"limit": ["1", "2"]}, "limit"),
        ("/v1/deliveries/d", {"full": "1"}, "full"),
        ("/v1/replays", {"state": "done"}, "state"),
        ("/v1/clock", {"at": "now"}, "at"),
        ("/v1/events", {"Type": "video.uploaded"}, "Type"),
    ],
)
async def test_a_bad_parameter_is_named(
    standing: TestHouse, path: str, params: dict[str, str | list[str]], field: str
) -> None:
    answer = await standing.http.get(path, params=params, headers=DEMO)

    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == field


async def test_who_misspells_a_parameter_is_told_those_that_there_are(standing: TestHouse) -> None:
    many = await standing.http.get("/v1/replays", params={"endpoint": "x"}, headers=DEMO)
    none = await standing.http.post("/v1/replays/x/cancel?now=1", headers=DEMO)

    assert many.json()["error"]["message"].endswith("known are cursor, endpoint_id, limit")
    assert none.json()["error"]["message"] == "no such parameter; this takes none"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", None),
        (b"{", None),
        (b"[]", None),
        (b"{}", "speed"),
        (b'{"speed": "fast"}', "speed"),
        (b'{"speed": -1}', "speed"),
        (b'{"speed": true}', "speed"),
        (b'{"speed": "1"}', "speed"),
        (b'{"speed": 1' + b"0" * 400 + b"}", "speed"),
        (b'{"speed": 1' + b"0" * 5000 + b"}", None),
        (b"[" * 100_000, None),
        (b'{"speed": 1, "\\ud800": 2}', None),
        (b'{"speed": "\xed\xa0\x80"}', "speed"),
        (b'{"speed": 1, "now": "2030"}', "now"),
    ],
)
async def test_a_bad_wish_for_the_clock_is_named(
    standing: TestHouse, body: bytes, field: str | None
) -> None:
    answer = await standing.http.put("/v1/clock", content=body, headers=DEMO)

    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == field
    assert answer.json()["error"]["message"]
    assert not re.search("Input|400:|parsing", answer.json()["error"]["message"])


async def test_who_sends_no_body_is_told_what_to_send(standing: TestHouse) -> None:
    answer = await standing.http.post("/v1/endpoints", headers=DEMO)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == (
        "the body is missing; send a JSON object of active, description, platform, settings, types, url"
    )


@pytest.mark.parametrize(
    ("since", "said"),
    [
        (None, "an RFC 3339 time such as"),
        (1795900000, "an RFC 3339 time such as"),
        ("yesterday", "an RFC 3339 time such as"),
        ("2026-01-31T12:00:00", "a zone, such as a final Z"),
    ],
)
async def test_a_moment_in_a_body_is_a_text_with_a_zone(
    standing: TestHouse, since: object, said: str
) -> None:
    path = "/v1/endpoints/nobody/recover"

    answer = await standing.http.post(path, json={"since": since}, headers=DEMO)

    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "since")
    assert said in answer.json()["error"]["message"]


async def test_what_is_missing_is_to_be_sent(standing: TestHouse) -> None:
    answer = await standing.http.post("/v1/endpoints/nobody/recover", json={}, headers=DEMO)

    assert answer.json()["error"]["message"] == "since: is missing; send it"


@pytest.mark.parametrize("moment", ["yesterday", "2026-01-01", "2026-01-01T00:00:00"])
async def test_a_moment_without_sense_is_named(standing: TestHouse, moment: str) -> None:
    video_id = await upload(standing)

    answer = await standing.http.get(
        f"/v1/videos/{video_id}/history", params={"as_of": moment}, headers=DEMO
    )

    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "as_of"


@pytest.mark.parametrize("video_id", ["nobody", "*", ">", "a.b", "%2e%2e"])
async def test_an_unknown_video_has_no_history(standing: TestHouse, video_id: str) -> None:
    await upload(standing)

    answer = await standing.http.get(f"/v1/videos/{video_id}/history", headers=DEMO)

    assert answer.status_code == 404


async def test_another_organisations_video_is_unknown(standing: TestHouse) -> None:
    video_id = await upload(standing)

    answer = await standing.http.get(f"/v1/videos/{video_id}/history", headers=OTHER)
    events = await standing.http.get("/v1/events", headers=OTHER)

    assert answer.status_code == 404
    assert events.json()["events"] == []


async def test_a_body_over_the_limit_is_refused_however_it_is_sent(standing: TestHouse) -> None:
    large = b" " * (256 * 1024 + 1)

    async def in_pieces() -> Any:
        for start in range(0, len(large), 50_000):
            yield large[start : start + 50_000]

    declared = await standing.http.put("/v1/clock", content=large, headers=DEMO)
    streamed = await standing.http.put("/v1/clock", content=in_pieces(), headers=DEMO)

    assert (declared.status_code, streamed.status_code) == (413, 413)
    assert "256 KiB" in declared.json()["error"]["message"]


async def test_unknown_paths_and_methods_answer_in_the_shape_of_the_paths_owner(
    standing: TestHouse,
) -> None:
    control = await standing.http.get("/v1/nothing", headers=DEMO)
    method = await standing.http.delete("/v1/clock", headers=DEMO)
    omega = await standing.http.get("/company/nothing", headers=DEMO)
    elsewhere = await standing.http.get("/nothing")

    assert (control.status_code, method.status_code) == (404, 405)
    assert control.json()["error"]["status"] == 404
    assert method.headers["allow"] == "GET, PUT"
    assert set(omega.json()) == {"message"}
    assert elsewhere.json()["error"]["status"] == 404


async def test_alive_and_ready(standing: TestHouse) -> None:
    assert (await standing.http.get("/healthz")).json() == {"status": "ok"}
    assert (await standing.http.get("/readyz")).json() == {"status": "ready"}


async def test_the_control_api_is_documented_by_openapi(standing: TestHouse) -> None:
    document = (await standing.http.get("/openapi.json")).json()

    assert set(document["paths"]) >= {
        "/v1/endpoints",
        "/v1/endpoints/{endpoint_id}/secret",
        "/v1/events",
        "/v1/videos/{video_id}/history",
        "/v1/deliveries",
        "/v1/deliveries/{delivery_id}",
        "/v1/clock",
    }
