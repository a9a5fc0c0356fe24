"""A direct upload: a session, then a form to the storage; its bytes become the asset's video."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from telecine.gateway import uploads
from telecine.platforms.tpstreams import form_door
from telecine.shared.errors import Unavailable
from telecine.simulations.media import CLIP
from tests.house import OpenHouse, TestHouse
from tests.platforms.tpstreams.calling import ASSETS, KEY, NOBODY, make_folder
from tests.processes import process
from tests.waiting import until

SESSIONS = f"{ASSETS}upload-sessions/"
BODY = {"title": "Big Buck Bunny Video", "resolutions": ["240p", "360p", "480p", "720p"]}
DATA = CLIP.read_bytes()
FORM = {"content-type": "multipart/form-data; boundary=b"}


async def session(http: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    made = await http.post(SESSIONS, json={**BODY, **changes}, headers=KEY)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def send(
    http: httpx.AsyncClient, payload: dict[str, str], data: bytes = DATA, **changes: str
) -> httpx.Response:
    """Send a file as the documents' own example does."""
    fields = {**payload, **changes}
    link = fields.pop("upload_link")
    return await http.post(link, data=fields, files={"file": ("video.mp4", data)})


def code(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/xml"
    found = re.search(r"<Error><Code>(\w+)</Code><Message>[^<]+</Message>", answer.text)
    assert found, answer.text
    return found[1]


async def video(http: httpx.AsyncClient, made: dict[str, Any]) -> Any:
    answer = await http.get(f"{ASSETS}{made['asset']['id']}/", headers=KEY)
    return answer.json()


async def completed(http: httpx.AsyncClient, made: dict[str, Any]) -> bool:
    return bool((await video(http, made))["video"]["status"] == "Completed")


async def test_a_session_is_answered_as_documented(standing: TestHouse) -> None:
    # given
    folder = await make_folder(standing.http, "for uploads")
    before = datetime.now(UTC)

    # when
    made = await session(standing.http, folder=folder, content_protection_type="drm")

    # then
    assert list(made) == ["asset", "upload_session", "client_payload"]
    assert list(made["asset"]) == ["id", "title", "bytes", "type", "parent_id", "video"]
    assert made["asset"]["parent_id"] == folder
    assert made["asset"]["video"] == {"status": "Not Started"}
    opened = made["upload_session"]
    assert list(opened) == ["uuid", "max_file_size_bytes", "expires_at", "status"]
    assert (opened["max_file_size_bytes"], opened["status"]) == (5368709120, "Created")
    expires = datetime.fromisoformat(opened["expires_at"])
    assert timedelta(hours=23) < expires - before < timedelta(hours=25)
    payload = made["client_payload"]
    assert list(payload)[:2] == ["upload_link", "key"]
    assert payload["upload_link"] == f"{standing.url}/tpstreams-bucket"
    assert "demo-key" not in str(made), "the key signs and is never shown"


async def test_same_idempotency_key_finds_the_same_session(standing: TestHouse) -> None:
    headers = {**KEY, "Idempotency-Key": "one session"}

    made = [(await standing.http.post(SESSIONS, json=BODY, headers=headers)).json() for _ in "ab"]

    assert made[0]["asset"] == made[1]["asset"]
    assert made[0]["upload_session"]["uuid"] == made[1]["upload_session"]["uuid"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"title": None}, {"title": ["This field may not be null."]}),
        ({"resolutions": []}, {"resolutions": ["This list may not be empty."]}),
        ({"inputs": []}, {"inputs": ["Unknown field."]}),
        ({"folder": NOBODY}, {"folder": ["Invalid folder UUID"]}),
    ],
)
async def test_bad_session_is_refused_by_field(
    standing: TestHouse, changes: dict[str, Any], error: dict[str, Any]
) -> None:
    answer = await standing.http.post(SESSIONS, json={**BODY, **changes}, headers=KEY)

    assert (answer.status_code, answer.json()) == (400, error)


async def test_a_file_that_is_sent_becomes_the_assets_video(standing: TestHouse) -> None:
    # given
    made = await session(standing.http)

    # when
    answer = await send(standing.http, made["client_payload"])

    # then
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["etag"].strip('"')
    assert (await video(standing.http, made))["video"]["inputs"], "it is uploaded when answered"
    await until(lambda: completed(standing.http, made))
    shown = await video(standing.http, made)
    assert shown["bytes"] == len(DATA)
    assert shown["video"]["duration"] == 4
    assert shown["video"]["resolutions"] == BODY["resolutions"]
    assert not list(standing.settings.uploads.glob(f"{made['asset']['id']}*"))


async def test_an_asset_takes_one_file(standing: TestHouse) -> None:
    made = await session(standing.http)
    await send(standing.http, made["client_payload"])

    again = await send(standing.http, made["client_payload"])

    assert (again.status_code, code(again)) == (409, "OperationAborted")


async def test_a_deleted_asset_takes_no_file(standing: TestHouse) -> None:
    made = await session(standing.http)
    await standing.http.delete(f"{ASSETS}{made['asset']['id']}/", headers=KEY)

    answer = await send(standing.http, made["client_payload"])

    assert (answer.status_code, code(answer)) == (409, "OperationAborted")


async def test_what_the_policy_does_not_allow_is_refused_and_nothing_is_kept(
    standing: TestHouse,
) -> None:
    # given
    made, other = await session(standing.http), await session(standing.http)
    payload, http = made["client_payload"], standing.http
    link = payload["upload_link"]

    # when
    refused = [
        await send(http, payload, key=other["client_payload"]["key"]),
        await send(http, {**payload, "x-amz-signature": "0" * 64}),
        await http.post(link, data=payload),
        await http.post(link, json=payload),
        await http.post(link, content=b"--b", headers=FORM),
        await http.post(link, content=b"--b\r\n\r\n", headers=FORM),
        await http.post(link, files={"file": ("a.mp4", DATA)}),
        await http.get(link),
        await http.post(f"{link}/else", files={"file": ("a.mp4", DATA)}),
    ]  # fmt: skip

    # then
    assert [(each.status_code, code(each)) for each in refused] == [
        (403, "AccessDenied"),
        (403, "SignatureDoesNotMatch"),
        (412, "PreconditionFailed"),
        (412, "PreconditionFailed"),
        (400, "IncompleteBody"),
        (400, "MalformedPOSTRequest"),
        (400, "InvalidArgument"),
        (405, "MethodNotAllowed"),
        (404, "NoSuchKey"),
    ]
    assert (await video(http, made))["video"]["status"] == "Not Started"
    assert not list(standing.settings.uploads.glob(f"{made['asset']['id']}*"))


async def test_a_form_without_a_file_is_refused(standing: TestHouse) -> None:
    payload = (await session(standing.http))["client_payload"]
    fields = {name: (None, value) for name, value in payload.items() if name != "upload_link"}

    answer = await standing.http.post(payload["upload_link"], files=fields)

    assert (answer.status_code, code(answer)) == (400, "InvalidArgument")


async def test_a_file_over_the_limit_is_refused(open_house: OpenHouse) -> None:
    async with open_house(upload_limit=1000) as house:
        made = await session(house.http)
        assert made["upload_session"]["max_file_size_bytes"] == 1000

        answer = await send(house.http, made["client_payload"], b"a" * 1001)
        good = await send(house.http, made["client_payload"], b"a" * 1000)

        assert (answer.status_code, code(answer)) == (400, "EntityTooLarge")
        assert good.status_code == 204
        assert not list(house.settings.uploads.iterdir())


async def test_an_expired_session_is_refused(
    standing: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await session(standing.http)
    later = datetime.now(UTC) + timedelta(hours=25)
    monkeypatch.setattr(form_door, "wall_now", lambda: later)

    answer = await send(standing.http, made["client_payload"])

    assert (answer.status_code, code(answer)) == (403, "AccessDenied")
    assert "Policy expired" in answer.text


async def test_a_file_that_breaks_off_leaves_nothing(standing: TestHouse) -> None:
    made = await session(standing.http)
    fields = dict(made["client_payload"])
    link = fields.pop("upload_link")
    form = httpx.Request("POST", link, data=fields, files={"file": ("a.mp4", DATA)})
    body = form.read()

    answer = await standing.http.post(
        link, content=body[:-100], headers={"content-type": form.headers["content-type"]}
    )

    assert (answer.status_code, code(answer)) == (400, "IncompleteBody")
    assert not list(standing.settings.uploads.glob(f"{made['asset']['id']}*"))
    assert (await send(standing.http, made["client_payload"])).status_code == 204


async def test_a_stored_file_waits_for_a_house_that_cannot_take_it(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise Unavailable("the ingest service does not answer")

    async with open_house() as house:
        made = await session(house.http)
        with monkeypatch.context() as patched:
            patched.setattr(uploads.Uploads, "_settle", away)
            answer = await send(house.http, made["client_payload"])
        assert answer.status_code == 204, "its bytes are safe, and the client is told so"

    async with open_house() as house:
        await until(lambda: completed(house.http, made), deadline=3 * uploads.SWEEP)


@pytest.mark.crash
async def test_killed_while_a_stored_file_is_probed_the_file_becomes_a_video(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "data/uploads"
    async with (
        process(tmp_path / "data", "--preset", "instant") as up,
        httpx.AsyncClient(base_url=up.url, timeout=20) as http,
    ):
        made = await session(http)
        last = asyncio.create_task(send(http, made["client_payload"]))

        def stored() -> bool:
            return any(
                f'"size": {len(DATA)}' in each.read_text() for each in folder.glob("*.info")
            )

        await until(stored, poll=0.001)
        await up.kill()
        await asyncio.gather(last, return_exceptions=True)
        await up.start()

        await until(lambda: completed(http, made), deadline=3 * uploads.SWEEP)
        assert (await video(http, made))["bytes"] == len(DATA)
