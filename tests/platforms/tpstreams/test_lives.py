"""Live streams in the API: created or scheduled, started, stopped, listed, and refused when wrong."""

from datetime import UTC, datetime
from typing import Any

import pytest

from telecine.platforms.tpstreams.live_shape import livestream, told
from telecine.shared.aggregates.live import Living
from tests.house import TestHouse
from tests.platforms.tpstreams.calling import ASSETS, KEY, NOBODY, make_asset
from tests.platforms.tpstreams.documented import LISTED, NEWEST_VIDEO, NOT_FOUND
from tests.shared import lives
from tests.waiting import until

LIVES = f"{ASSETS}live_streams/"
LATER = {"title": "Data science Live class", "start": "2024-10-05 15:30:00"}
LIVE_STREAM = [
    "rtmp_url",
    "stream_key",
    "status",
    "hls_url",
    "start",
    "transcode_recorded_video",
    "enable_drm_for_recording",
    "chat_embed_url",
    "resolutions",
    "enable_drm",
    "enable_llhls",
    "latency",
    "activities",
]


async def make(house: TestHouse, **body: Any) -> Any:
    made = await house.http.post(LIVES, json={**LATER, **body}, headers=KEY)
    assert made.status_code == 201, made.text
    return made.json()


async def stop(house: TestHouse, live_id: str, **body: Any) -> Any:
    place = f"{ASSETS}{live_id}/stop_live_stream/"
    return await house.http.post(place, json=body or None, headers=KEY)


async def on_air(house: TestHouse) -> str:
    """Answer a live stream that somebody broadcasts."""
    made = await house.http.post(LIVES, json={"title": "now"}, headers=KEY)

    async def streaming() -> bool:
        shown = await house.http.get(f"{ASSETS}{made.json()['id']}/", headers=KEY)
        return bool(shown.json()["live_stream"]["status"] == "Streaming")

    await until(streaming)
    return str(made.json()["id"])


async def test_documented_request_schedules_a_stream(standing: TestHouse) -> None:
    made = await make(standing, enable_drm_for_recording=True, latency="Low Latency")

    assert list(made) == LISTED
    assert list(made["live_stream"]) == LIVE_STREAM
    assert (made["type"], made["video"], made["bytes"]) == ("livestream", None, None)
    live = made["live_stream"]
    assert (live["rtmp_url"], live["stream_key"], live["chat_embed_url"]) == ("", None, None)
    assert live["start"] == "2024-10-05 15:30:00"
    assert (live["enable_drm_for_recording"], live["latency"]) == (True, "Low Latency")
    assert live["resolutions"] == ["240p", "480p", "720p"]


async def test_a_stream_without_a_time_starts_now(standing: TestHouse) -> None:
    before = datetime.now(UTC)

    made = (await standing.http.post(LIVES, json={"title": "now"}, headers=KEY)).json()

    start = datetime.strptime(made["live_stream"]["start"], "%Y-%m-%d %H:%M:%S")
    assert abs((start.replace(tzinfo=UTC) - before).total_seconds()) < 30


async def test_same_idempotency_key_finds_the_same_stream(standing: TestHouse) -> None:
    headers = {**KEY, "Idempotency-Key": "one stream"}

    made = [(await standing.http.post(LIVES, json=LATER, headers=headers)).json() for _ in "ab"]

    assert made[0]["id"] == made[1]["id"]


async def test_streams_are_listed_among_assets_and_by_themselves(standing: TestHouse) -> None:
    # given
    video, live = (await make_asset(standing.http))["id"], (await make(standing))["id"]

    # when
    assets = (await standing.http.get(f"{ASSETS}?limit=2", headers=KEY)).json()
    own = (await standing.http.get(f"{LIVES}?limit=1", headers=KEY)).json()
    shown = (await standing.http.get(f"{ASSETS}{live}/", headers=KEY)).json()

    # then
    assert [(each["type"], each["id"]) for each in assets["results"]] == [
        ("livestream", live),
        ("video", video),
    ]
    assert own["results"] == [assets["results"][0]]
    assert own["next"] is None or "offset=1" in own["next"]
    assert {key: shown[key] for key in LISTED} == own["results"][0]
    assert (shown["views_count"], shown["download_url"]) == (0, None)


async def test_starting_and_stopping_twice_is_done_once(standing: TestHouse) -> None:
    # given
    live_id = (await make(standing))["id"]
    start = f"{ASSETS}{live_id}/start_server/"

    # when
    begun = [await standing.http.post(start, headers=KEY) for _ in "ab"]

    async def up() -> bool:
        shown = await standing.http.get(f"{ASSETS}{live_id}/", headers=KEY)
        return bool(shown.json()["live_stream"]["rtmp_url"])

    await until(up)
    over = [await stop(standing, live_id) for _ in "ab"]
    again = await standing.http.post(start, headers=KEY)

    # then
    assert [each.status_code for each in begun + over] == [200] * 4
    assert begun[0].json()["live_stream"]["status"] == "Not Started"
    assert again.status_code == 409
    assert again.json() == {"detail": "this live stream is over; create another one"}


async def test_a_stream_that_is_not_up_cannot_be_stopped(standing: TestHouse) -> None:
    answer = await stop(standing, (await make(standing))["id"])

    assert answer.status_code == 409
    assert "rtmp_url" in answer.json()["detail"]


async def test_a_trim_is_scheduled_with_the_stop(standing: TestHouse) -> None:
    live_id = await on_air(standing)
    now = int(datetime.now(UTC).timestamp())

    beyond = await stop(standing, live_id, start_time=0, end_time=100_000)
    early = await stop(standing, live_id, start_time=now - 100_000, end_time=now)
    good = await stop(standing, live_id, start_time=0, end_time=1)

    assert (beyond.status_code, list(beyond.json())) == (400, ["end_time"])
    assert (early.status_code, list(early.json())) == (400, ["start_time"])
    assert good.json() == {"message": "Live stream stopped successfully", "trim_scheduled": True}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"start_time": 1}, {"end_time": ["This field is required."]}),
        ({"end_time": 1}, {"start_time": ["This field is required."]}),
        ({"start_time": -1, "end_time": 1}, None),
        ({"start_time": "1", "end_time": 2}, {"start_time": ["A valid integer is required."]}),
        ({"start_time": 1.5, "end_time": 2}, {"start_time": ["A valid integer is required."]}),
        ({"start_time": True, "end_time": 2}, {"start_time": ["A valid integer is required."]}),
        ({"start_time": 2, "end_time": 2}, None),
        ({"start_time": 1, "end_time": 1736754900}, None),
        ({"start_time": 0, "end_time": 10**30}, None),
        ({"stop": True}, {"stop": ["Unknown field."]}),
    ],
)
async def test_a_bad_trim_is_refused_by_field(
    standing: TestHouse, body: dict[str, Any], error: dict[str, Any] | None
) -> None:
    live_id = (await make(standing))["id"]

    answer = await stop(standing, live_id, **body)

    assert answer.status_code == 400
    assert error is None or answer.json() == error


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"title": None}, {"title": ["This field may not be null."]}),
        ({"title": "a\0b"}, {"title": ["Null characters are not allowed."]}),
        ({"start": "tomorrow"}, None),
        ({"start": "2024-13-05 15:30:00"}, None),
        ({"start": "2024-10-05T15:30:00Z"}, None),
        ({"latency": "None"}, {"latency": ['"None" is not a valid choice.']}),
        ({"enable_drm_for_recording": "yes"}, None),
        ({"resolutions": ["240p"]}, {"resolutions": ["Unknown field."]}),
    ],
)
async def test_a_bad_stream_is_refused_by_field(
    standing: TestHouse, body: dict[str, Any], error: dict[str, Any] | None
) -> None:
    answer = await standing.http.post(LIVES, json={**LATER, **body}, headers=KEY)

    assert answer.status_code == 400
    assert list(answer.json()) == list(body)
    assert error is None or answer.json() == error
    assert (await standing.http.post(LIVES, headers=KEY)).json() == {
        "title": ["This field is required."]
    }


async def test_what_is_no_live_stream_is_not_found(standing: TestHouse) -> None:
    video = (await make_asset(standing.http))["id"]

    for asset in (NOBODY, video, "*"):
        for path in ("start_server", "stop_live_stream"):
            answer = await standing.http.post(f"{ASSETS}{asset}/{path}/", headers=KEY)
            assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


LIVING = {name: live for name, live in lives.STATES.items() if isinstance(live, Living)}


@pytest.mark.parametrize("state", LIVING)
def test_every_state_is_shown_with_the_same_keys(state: str) -> None:
    shown = livestream(LIVING[state], {})

    assert list(shown) == LISTED
    assert list(shown["live_stream"]) == LIVE_STREAM
    assert told(LIVING[state]) == {key: shown[key] for key in shown if key != "parent"}


def test_a_completed_stream_shows_its_recording_and_what_happened() -> None:
    shown = livestream(lives.COMPLETED, {})

    assert list(shown["video"]) == NEWEST_VIDEO
    assert (shown["bytes"], shown["video"]["duration"]) == (24_000_000, 120)
    live = shown["live_stream"]
    assert live["rtmp_url"].startswith("rtmp://")
    assert lives.ID in live["stream_key"]
    assert [each["status"] for each in live["activities"]] == [
        "On Publish",
        "On Publish Done",
        "On Publish",
        "Stopped",
        "Recording",
        "Completed",
    ]
    assert live["activities"][0]["timestamp"] == "March 01, 2026, 12:04 PM"
