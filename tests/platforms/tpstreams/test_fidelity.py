"""The table of origins against what TPStreams really shows: a whole house's answers, and every state."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args

from fastapi import Request
from fastapi.responses import Response

from telecine.platforms.fidelity import Word
from telecine.platforms.pack import FormFault
from telecine.platforms.tpstreams import (
    asset,
    form_door,
    job_shape,
    live_shape,
    storage_answers,
    upload_policy,
)
from telecine.platforms.tpstreams.errors import failure
from telecine.platforms.tpstreams.login import ROOT as LOGIN
from telecine.platforms.tpstreams.sending import HEADER, SENT
from telecine.shared.aggregates import job, live
from tests.house import TestHouse
from tests.platforms.told import common_headers, headers, keys, objects, tables
from tests.platforms.tpstreams.calling import (
    ASSETS,
    HOME,
    KEY,
    WEBHOOKS,
    make_asset,
    make_folder,
    make_webhook,
)
from tests.platforms.tpstreams.videos import STATES, video
from tests.shared import jobs, lives
from tests.waiting import until

JOB = {
    "input_url": "https://example.com/a.mp4",
    "output_path": "s3://bucket/a/",
    "resolutions": ["240p"],
}
VIDEOS = [video(state, folder="f-1") for state in STATES]
LIVES = [
    each for each in lives.STATES.values() if not isinstance(each, live.Absent | live.Deleted)
]
JOBS = [each for each in jobs.STATES.values() if not isinstance(each, job.Absent)]
LOOK = asset.Look(at=0, expiry=None)
Status = Callable[[Any], str]


async def ask(house: TestHouse, method: str, path: str, body: Any = None) -> Any:
    answer = await house.http.request(method, path, json=body, headers=KEY)
    assert answer.is_success, answer.text
    return answer.json()


async def completed(house: TestHouse, folder: str) -> Any:
    """Answer a video as its own page shows it when it is processed."""
    made = await make_asset(house.http, folder=folder)

    async def there() -> Any:
        shown = await ask(house, "GET", f"{ASSETS}{made['id']}/")
        return shown if shown["video"]["status"] == "Completed" else None

    return await until(there)


async def test_every_key_of_answers_and_webhooks_is_told_and_every_told_key_is_there(
    standing: TestHouse,
) -> None:
    house = standing
    webhook = await make_webhook(house.http, url=house.receiver.on("/hook"))
    folder = await make_folder(house.http, "a folder")
    shown = await completed(house, folder)
    stream = await ask(house, "POST", f"{ASSETS}live_streams/", {"title": "live"})
    one = f"{ASSETS}{stream['id']}/"

    async def ready() -> Any:
        found = await ask(house, "GET", one)
        return found if found["live_stream"]["activities"] else None

    begun = await until(ready)
    stopped = await ask(house, "POST", f"{one}stop_live_stream/")
    made = await ask(house, "POST", f"{HOME}/transcoding_jobs/", JOB)
    page = await ask(house, "GET", ASSETS)
    move = await ask(house, "POST", f"{ASSETS}{shown['id']}/move/")
    session = {"title": "a file", "resolutions": ["240p"]}
    await house.receiver.wait(lambda r: len(r.at("/hook")) >= 6)
    sent = [received.json() for received in house.receiver.at("/hook")]
    told_assets = [each for each in sent if "live_stream" in each]
    everything = [shown, begun, *page["results"], *told_assets]
    answers: dict[str, list[Any]] = {
        "Asset": [await make_asset(house.http, folder=folder), stream, *page["results"]],
        "Asset, on its own page": [shown, begun],
        "Asset, as webhooks show it": told_assets,
        "Asset: `video`": [each["video"] for each in everything],
        "Asset: `live_stream`": [each["live_stream"] for each in everything],
        "Upload session": [await ask(house, "POST", f"{ASSETS}upload-sessions/", session)],
        "Transcoding job": [made, *(each for each in sent if "live_stream" not in each)],
        "Webhook": [webhook, *(await ask(house, "GET", WEBHOOKS))["results"]],
        "Folder": (await ask(house, "GET", f"{ASSETS}folders/"))["results"],
        "Access token": [await ask(house, "POST", f"{ASSETS}{shown['id']}/access_tokens/")],
        "Organisation": (await ask(house, "GET", "/api/v1/organizations/"))["results"],
        "Page": [page, await ask(house, "GET", f"{HOME}/transcoding_jobs/")],
        "Message": [stopped],
        "Detail: answers and errors in words": [move],
        "Login: the answer": [
            await ask(
                house, "POST", f"{LOGIN}/login/", {"username": "demo", "password": "demo-key"}
            )
        ],
    }

    told = objects("tpstreams")
    assert set(answers) == set(told)
    for title, given in answers.items():
        assert keys(given, told[title]) == set(told[title].names()), title
    assert headers(house.receiver.at("/hook")[0]) == common_headers() | {HEADER}


def test_every_state_of_everything_has_the_told_keys_and_no_others() -> None:
    titles = {"f-1": "a folder"}
    shown: Mapping[str, list[Any]] = {
        "Asset": [
            *(asset.asset(each, titles) for each in VIDEOS),
            *(asset.listed(each, titles) for each in VIDEOS),
            *(live_shape.livestream(each, titles) for each in LIVES),
        ],
        "Asset, on its own page": [asset.detailed(each, titles, LOOK) for each in VIDEOS],
        "Asset, as webhooks show it": [
            *(asset.told(each) for each in VIDEOS),
            *(live_shape.told(each) for each in LIVES),
        ],
        "Transcoding job": [
            show(each)
            for each in JOBS
            for show in (job_shape.created, job_shape.detailed, job_shape.listed, job_shape.told)
        ],
    }
    told = objects("tpstreams")

    for title, given in shown.items():
        assert keys(given, told[title]) == set(told[title].names()), title
    for field in ("video", "live_stream"):
        table = told[f"Asset: `{field}`"]
        assert keys([each[field] for each in shown["Asset"]], table) == set(table.names()), field


def test_every_status_is_told_with_the_states_it_stands_for() -> None:
    shown: dict[str, tuple[list[Any], Status]] = {
        "Asset: `video.status`": (VIDEOS, asset.status),
        "Asset: `live_stream.status`": (LIVES, live_shape.status),
        "Transcoding job: `status`, in capitals or in lower case": (JOBS, job_shape.status),
    }
    told = tables("tpstreams", "status")

    for title, (things, status) in shown.items():
        words = {
            each.name: set(each.states) for each in told[title].claims if isinstance(each, Word)
        }
        found: dict[str, set[str]] = {}
        for thing in things:
            found.setdefault(status(thing), set()).add(thing.kind)
        assert words == found, title
    assert set(told["Asset: `video.status`"].names()) == set(get_args(asset.Status))


async def test_the_other_statuses_are_told(standing: TestHouse) -> None:
    told = tables("tpstreams", "status")
    tokens = f"{ASSETS}{(await make_asset(standing.http))['id']}/access_tokens/"
    short = await ask(standing, "POST", tokens, {"time_to_live": 1})
    for_ever = await ask(standing, "POST", tokens)

    async def expired() -> Any:
        shown = await ask(standing, "GET", f"{tokens}{short['code']}/")
        return shown["status"] if shown["status"] != "Active" else None

    words = {for_ever["status"], await until(expired)}
    session = {"title": "a file", "resolutions": ["240p"]}
    opened = await ask(standing, "POST", f"{ASSETS}upload-sessions/", session)

    assert words == set(told["Access token: `status`"].names())
    assert (opened["upload_session"]["status"],) == told["Upload session: `status`"].names()


def test_every_type_that_is_sent_is_told() -> None:
    (table,) = tables("tpstreams", "event").values()

    assert set(table.names()) == set(SENT)


def test_every_error_of_the_storage_is_told() -> None:
    told = tables("tpstreams", "error")["Errors of the storage, in XML as S3 writes them"]
    scope = {"type": "http", "method": "PUT", "path": form_door.PATH, "headers": []}
    answers = [
        *(storage_answers.refuse(fault, 0) for fault in get_args(FormFault)),
        *(failure(Request(scope), status, "") for status in (404, 405)),
    ]
    policy = Path(upload_policy.__file__).read_text()

    shown = {f"{each.status_code} {code(each)}" for each in answers}
    of_policies = set(re.findall(r'"((?:[A-Z][a-z]+){2,})"', policy))

    assert shown <= set(told.names())
    assert {name.partition(" ")[2] for name in set(told.names()) - shown} <= of_policies
    assert of_policies <= {name.partition(" ")[2] for name in told.names()}


def code(answer: Response) -> str:
    return bytes(answer.body).decode().partition("<Code>")[2].partition("</Code>")[0]
