"""Live streams from creation to recording, and jobs to both their ends, as a customer sees them."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from telecine.platforms.tpstreams.name import NAME
from telecine.platforms.tpstreams.sending import SENT
from telecine.shared.contracts.subscriptions import EndpointWish, UpdateEndpoint
from telecine.shared.ids import object_id
from telecine.shared.wire import rpc
from telecine.simulations.receiver import Received, verify_signature
from tests import rooms as houses
from tests.customer import KEY, TPSTREAMS, Customer
from tests.rooms import Rooms
from tests.waiting import until

TOKEN = {"authorization": f"Token {KEY}"}
ASSETS, JOBS = f"{TPSTREAMS}/assets/", f"{TPSTREAMS}/transcoding_jobs/"
House = tuple[Rooms, Customer]


@pytest.fixture
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    """The six services, with nobody's patience tried: `quick` runs two hundred times as fast."""
    preset = getattr(request, "param", "instant")
    speed = 200.0 if preset == "quick" else 1.0
    async with houses.opened(tmp_path / "data", preset=preset, speed=speed) as opened:
        yield opened


async def post(customer: Customer, path: str, body: Any = None, expect: int = 200) -> Any:
    answer = await customer.http.post(path, json=body, headers=TOKEN)
    assert answer.status_code == expect, answer.text
    return answer.json()


async def get(customer: Customer, path: str) -> Any:
    answer = await customer.http.get(path, headers=TOKEN)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def listening(house: House) -> str:
    """Have webhooks of both platforms sent to us. Answers the id of TPStreams' endpoint."""
    rooms, customer = house
    types = ("video.uploaded", "video.process_succeeded", "video.process_failed")
    await customer.endpoint(rooms.receiver.on("/omega"), *types)
    return await customer.tpstreams_endpoint(rooms.receiver.on("/hook"), "abcdef")


async def facts_of(customer: Customer, kind: str, subject: str) -> list[Any]:
    path = f"/v1/events?category={kind}&video_id={subject}"
    return list((await customer.call("GET", path))["events"])


async def told(house: House, endpoint: str, kind: str, subject: str) -> list[Received]:
    """Wait until everything about a live stream or a job was told; answer it in the facts' order.

    Attempts run side by side, so webhooks may arrive in another one; and a stream that is on air may
    drop at any time, so the facts are read again with each look.
    """
    rooms, customer = house

    def came() -> dict[str, Received]:
        return {each.headers["webhook-id"]: each for each in rooms.receiver.at("/hook")}

    async def exactly() -> list[str]:
        facts = [each for each in await facts_of(customer, kind, subject) if each["type"] in SENT]
        expected = [
            object_id(datetime.fromisoformat(each["at"]), each["id"], endpoint) for each in facts
        ]
        return expected if set(expected) == set(came()) else []

    expected: list[str] = await until(exactly, deadline=30)
    assert len(came()) == len(rooms.receiver.at("/hook")) == len(expected), "each once"
    return [came()[each] for each in expected]


async def live_status(customer: Customer, live_id: str) -> str:
    return str((await get(customer, f"{ASSETS}{live_id}/"))["live_stream"]["status"])


async def until_job(customer: Customer, job_id: str, status: str) -> Any:
    async def there() -> Any:
        shown = await get(customer, f"{JOBS}{job_id}/")
        return shown if shown["status"] == status else None

    return await until(there, deadline=30)


async def until_live(customer: Customer, live_id: str, status: str) -> None:
    async def there() -> bool:
        return await live_status(customer, live_id) == status

    await until(there, deadline=30)


@pytest.mark.parametrize("house", ["instant", "quick"], indirect=True)
async def test_a_live_stream_goes_on_air_and_leaves_a_recording(house: House) -> None:
    # given
    rooms, customer = house
    endpoint = await listening(house)
    secret = await customer.secret(endpoint)

    # when
    made = await post(customer, f"{ASSETS}live_streams/", {"title": "Science"}, expect=201)
    live_id = made["id"]
    await until_live(customer, live_id, "Streaming")
    stopped = await post(customer, f"{ASSETS}{live_id}/stop_live_stream/")
    await until_live(customer, live_id, "Completed")

    # then: what was answered
    assert (made["live_stream"]["status"], made["live_stream"]["rtmp_url"]) == ("Not Started", "")
    assert made["live_stream"]["stream_key"] is None
    assert stopped == {"message": "Live stream stopped successfully", "trim_scheduled": False}
    shown = await get(customer, f"{ASSETS}{live_id}/")
    assert shown["video"]["status"] == "Completed"
    assert shown["bytes"] > 0

    # then: what was told, in order, with the token and a good signature
    came = await told(house, endpoint, "live", live_id)
    statuses = [each.json()["live_stream"]["status"] for each in came]
    assert statuses[:2] == ["Not Started", "Streaming"]
    assert statuses[-3:] == ["Stopped", "Recording", "Completed"]
    assert set(statuses[2:-3]) <= {"Disconnected", "Streaming"}
    assert came[0].json()["live_stream"]["rtmp_url"].startswith("rtmp://")
    assert [each.json()["video"] is not None for each in came] == [False] * (len(came) - 1) + [
        True
    ]
    for each in came:
        assert each.headers["x-streams-token"] == "abcdef"
        verify_signature(each, secret)
    if rooms.settings.preset == "quick":
        facts = await facts_of(customer, "live", live_id)
        at = {each["type"]: datetime.fromisoformat(each["at"]) for each in facts}
        took = at["live.server_ready"] - at["live.server_starting"]
        assert 20 <= took.total_seconds() <= 30

    # then: nothing is left open, and the other platform heard nothing
    assert await rooms.problems() == []
    assert rooms.receiver.at("/omega") == []


async def test_a_scheduled_stream_starts_when_it_is_told_to_and_a_deleted_one_stops(
    house: House,
) -> None:
    # given
    rooms, customer = house
    await listening(house)
    body = {"title": "Later", "start": "2024-10-05 15:30:00"}
    made = await post(customer, f"{ASSETS}live_streams/", body, expect=201)
    early = await customer.http.post(f"{ASSETS}{made['id']}/stop_live_stream/", headers=TOKEN)

    # when
    begun = await post(customer, f"{ASSETS}{made['id']}/start_server/")
    await until_live(customer, made["id"], "Streaming")
    gone = await customer.http.delete(f"{ASSETS}{made['id']}/", headers=TOKEN)

    # then
    assert early.status_code == 409
    assert begun["live_stream"]["chat_embed_url"]
    assert gone.status_code == 204
    after = await customer.http.get(f"{ASSETS}{made['id']}/", headers=TOKEN)
    assert (after.status_code, after.json()) == (404, {"detail": "Not found."})
    for path in ("start_server", "stop_live_stream"):
        answer = await customer.http.post(f"{ASSETS}{made['id']}/{path}/", headers=TOKEN)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})
    assert await rooms.problems() == [], "a timer that comes to a deleted stream is no problem"
    assert (await get(customer, f"{ASSETS}live_streams/"))["count"] == 0


async def test_a_server_that_does_not_start_is_an_error(house: House) -> None:
    rooms, customer = house
    endpoint = await listening(house)

    body = {"title": "sim=fail:worker_lost"}
    made = await post(customer, f"{ASSETS}live_streams/", body, expect=201)
    await until_live(customer, made["id"], "Error")
    (failed,) = await told(house, endpoint, "live", made["id"])

    live = failed.json()["live_stream"]
    assert (live["status"], live["rtmp_url"]) == ("Error", "")
    assert [each["status"] for each in live["activities"]] == ["Error"]
    assert await rooms.problems() == []


@pytest.mark.parametrize("ends", ["completed", "error"])
async def test_a_job_is_told_at_each_change_of_its_status(house: House, ends: str) -> None:
    # given
    rooms, customer = house
    endpoint = await listening(house)
    link = "https://example.com/a.mp4" + ("?sim=fail:source_404" if ends == "error" else "")

    # when
    body = {
        "input_url": link,
        "output_path": "s3://example-bucket/path/?access_key=AK&secret_key=very-secret",
        "resolutions": ["240p", "480p"],
        "enable_drm": True,
        "client_metadata": {"client_id": "12345", "nested": {"tags": ["a", None, 1.5]}},
    }
    made = await post(customer, JOBS, body, expect=201)
    shown = await until_job(customer, made["id"], ends.capitalize())
    came = await told(house, endpoint, "job", made["id"])

    # then
    assert [each.json()["status"] for each in came] == ["transcoding", ends]
    last = came[-1].json()
    assert last["client_metadata"] == body["client_metadata"]
    assert (last["error_message"] is None) == (ends == "completed")
    assert (last["video_duration"] is None) == (ends == "error")
    assert (last["start_time"], last["end_time"]) == (shown["start_time"], shown["end_time"])
    assert last["end_time"]
    secret = await customer.secret(endpoint)
    for each in came:
        assert each.headers["x-streams-token"] == "abcdef"
        assert b"very-secret" not in each.body
        verify_signature(each, secret)
    assert await rooms.problems() == []
    assert rooms.receiver.at("/omega") == []


async def test_an_endpoint_that_was_made_before_there_were_live_streams_is_told_of_them(
    house: House,
) -> None:
    """Its facts name the types of that time; the platform has no choice of events."""
    rooms, customer = house
    endpoint = await listening(house)
    old = ("video.ready_for_processing", "video.in_progress")
    wish = {"url": rooms.receiver.on("/hook"), "types": old, "token": "abcdef"}
    await _update(rooms, endpoint, wish)

    made = await post(customer, f"{ASSETS}live_streams/", {"title": "New"}, expect=201)

    await until_live(customer, made["id"], "Streaming")
    assert await told(house, endpoint, "live", made["id"])
    assert await rooms.problems() == []


async def _update(rooms: Rooms, endpoint: str, wish: dict[str, Any]) -> None:
    command = UpdateEndpoint(
        org="demo",
        request_id="r",
        correlation_id="c",
        platform=NAME,
        endpoint_id=endpoint,
        wish=EndpointWish(**wish),
    )
    await rpc.call(rooms.bus, command)
