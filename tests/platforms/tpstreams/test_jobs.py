"""Transcoding jobs in the API: created, shown in each place's own fields, filtered, cancelled."""

from typing import Any

import pytest

from telecine.platforms.tpstreams.job_body import without_secrets
from telecine.platforms.tpstreams.job_shape import created, detailed, listed, told
from tests.customer import Customer
from tests.house import OpenHouse, TestHouse
from tests.platforms.tpstreams.calling import HOME, KEY, NOBODY
from tests.platforms.tpstreams.documented import NOT_FOUND
from tests.shared import jobs
from tests.waiting import until

JOBS = f"{HOME}/transcoding_jobs/"
BODY: dict[str, Any] = {
    "input_url": "https://example.com/input-video.mp4",
    "output_path": "s3://example-bucket/path/",
    "resolutions": ["240p", "480p"],
    "enable_drm": True,
    "client_metadata": {"client_id": "12345", "project": "marketing_campaign_2024"},
}
CREATED = [
    "id",
    "resolutions",
    "video_duration",
    "status",
    "enable_drm",
    "drm_content_id",
    "input_url",
    "output_path",
    "start_time",
    "end_time",
    "error_message",
    "client_metadata",
]
DETAILED = [key for key in CREATED if key not in {"enable_drm", "drm_content_id"}]
LISTED = [*DETAILED[:-1], "enable_drm"]
LEFT, OVER = {"message": "Job cancelled successfully."}, {"message": "Job is already completed."}


async def make(house: TestHouse, **changes: Any) -> Any:
    made = await house.http.post(JOBS, json={**BODY, **changes}, headers=KEY)
    assert made.status_code == 201, made.text
    return made.json()


async def status(house: TestHouse, job_id: str) -> str:
    return str((await house.http.get(f"{JOBS}{job_id}/", headers=KEY)).json()["status"])


async def ends(house: TestHouse, job_id: str) -> None:
    async def ended() -> bool:
        return await status(house, job_id) in {"Completed", "Error"}

    await until(ended)


async def found(house: TestHouse, query: str) -> list[str]:
    answer = await house.http.get(f"{JOBS}?{query}", headers=KEY)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["results"]]


async def test_documented_request_is_queued(standing: TestHouse) -> None:
    made = await make(standing)

    assert list(made) == CREATED
    assert (made["status"], made["video_duration"], made["start_time"]) == ("Queued", None, None)
    assert {key: made[key] for key in BODY} == BODY
    assert len(bytes.fromhex(made["drm_content_id"])) == 16


async def test_an_input_in_a_bucket_is_shown_as_the_input(standing: TestHouse) -> None:
    path = "s3://example-bucket/video.mp4/?access_key=AK&secret_key=SK&region=us"

    body = {key: value for key, value in BODY.items() if key != "input_url"}
    answer = await standing.http.post(JOBS, json={**body, "input_path": path}, headers=KEY)
    made = answer.json()

    assert made["input_url"] == path.replace("SK", "REDACTED")


async def test_same_idempotency_key_finds_the_same_job(standing: TestHouse) -> None:
    headers = {**KEY, "Idempotency-Key": "one job"}

    made = [(await standing.http.post(JOBS, json=BODY, headers=headers)).json() for _ in "ab"]

    assert made[0]["id"] == made[1]["id"]


async def test_jobs_are_found_by_status_drm_and_time_in_either_order(
    open_house: OpenHouse,
) -> None:
    async with open_house() as house:
        # given
        good = (await make(house, enable_drm=False))["id"]
        bad = (await make(house, input_url="https://a.example/?sim=fail:corrupt"))["id"]
        for each in (good, bad):
            await ends(house, each)

        # then
        assert await found(house, "") == [bad, good]
        assert await found(house, "ordering=created") == [good, bad]
        assert await found(house, "status=completed") == [good]
        assert await found(house, "status=completed&status=error") == [bad, good]
        assert await found(house, "status=queued&status=transcoding") == []
        assert await found(house, "enable_drm=true") == [bad]
        assert await found(house, "created_from=2020-01-01T00:00:00Z") == [bad, good]
        assert await found(house, "created_to=2020-01-01T00:00:00%2B02:00") == []
        listed_ = (await house.http.get(JOBS, headers=KEY)).json()["results"]
        assert [(list(each), each["status"]) for each in listed_] == [
            (LISTED, "error"),
            (LISTED, "completed"),
        ]


async def test_pages_have_numbers(open_house: OpenHouse) -> None:
    async with open_house(speed=0, preset="quick") as house:
        # given: nothing goes on, so all are queued
        for _ in range(26):
            await make(house)

        # when
        first = (await house.http.get(f"{JOBS}?status=queued", headers=KEY)).json()
        rest = (await house.http.get(first["next"], headers=KEY)).json()
        beyond = await house.http.get(f"{JOBS}?page=3", headers=KEY)

        # then
        assert first["next"] == f"{house.url}{JOBS}?status=queued&page=2"
        assert (first["count"], len(first["results"]), first["previous"]) == (26, 25, None)
        assert (len(rest["results"]), rest["next"]) == (1, None)
        assert rest["previous"] == f"{house.url}{JOBS}?status=queued"
        assert (beyond.status_code, beyond.json()) == (404, {"detail": "Invalid page."})


async def test_a_job_is_cancelled_until_it_has_ended(open_house: OpenHouse) -> None:
    async with open_house(speed=0, preset="quick") as house:
        # given: time stands still, so that nothing is done
        job_id = (await make(house))["id"]

        # when
        answers = [await house.http.delete(f"{JOBS}{job_id}/", headers=KEY) for _ in "ab"]
        await Customer(house.http).speed(1000)
        other = (await make(house))["id"]
        await ends(house, other)
        late = await house.http.delete(f"{JOBS}{other}/", headers=KEY)

        # then
        assert [(each.status_code, each.json()) for each in answers] == [(200, LEFT)] * 2
        assert (late.status_code, late.json()) == (200, OVER)
        assert await status(house, job_id) == "Cancelled", "its timer came to nothing"
        assert await status(house, other) == "Completed"


async def test_a_job_of_nobody_or_of_another_organisation_is_unknown(standing: TestHouse) -> None:
    job_id = (await make(standing))["id"]
    foreign = f"/api/v1/other/transcoding_jobs/{job_id}/"
    other_key = {"Authorization": "Token other-key"}

    for method in ("GET", "DELETE"):
        answers = [
            await standing.http.request(method, f"{JOBS}{NOBODY}/", headers=KEY),
            await standing.http.request(method, f"{JOBS}*/", headers=KEY),
            await standing.http.request(method, foreign, headers=other_key),
        ]
        assert [(each.status_code, each.json()) for each in answers] == [(404, NOT_FOUND)] * 3


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"input_url": "ftp://a/b"}, "input_url"),
        ({"input_url": "s3://x"}, "input_url"),
        ({"input_url": None}, "input_url"),
        ({"input_path": "s3://bucket/a"}, "non_field_errors"),
        ({"output_path": "https://a/b"}, "output_path"),
        ({"output_path": "s3://bucket/with space"}, "output_path"),
        ({"output_path": "s3://bucket/" + "a" * 3000}, "output_path"),
        ({"resolutions": ["999p"]}, "resolutions"),
        ({"resolutions": []}, "resolutions"),
        ({"enable_drm": "true"}, "enable_drm"),
        ({"client_metadata": []}, "client_metadata"),
        ({"client_metadata": {"a": "b" * 10_240}}, "client_metadata"),
        ({"client_metadata": {"a": "\0"}}, "client_metadata"),
        ({"priority": 1}, "priority"),
    ],
)
async def test_a_bad_job_is_refused_by_field(
    standing: TestHouse, changes: dict[str, Any], field: str
) -> None:
    answer = await standing.http.post(JOBS, json={**BODY, **changes}, headers=KEY)

    assert (answer.status_code, list(answer.json())) == (400, [field])


async def test_a_job_without_anything_is_told_what_is_missing(standing: TestHouse) -> None:
    answer = await standing.http.post(JOBS, json={}, headers=KEY)

    required = ["This field is required."]
    assert answer.json() == {"output_path": required, "resolutions": required}
    only = {"output_path": BODY["output_path"], "resolutions": ["240p"]}
    answer = await standing.http.post(JOBS, json=only, headers=KEY)
    assert answer.json() == {"input_url": required}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=done", "status"),
        ("status=queued&status=Queued", "status"),
        ("enable_drm=maybe", "enable_drm"),
        ("created_from=yesterday", "created_from"),
        ("created_to=", "created_to"),
        ("created_to=0001-01-01T00:00:00%2B23:59", "created_to"),
        ("ordering=title", "ordering"),
        ("page=0", "page"),
        ("page=last", "page"),
    ],
)
async def test_a_bad_filter_is_refused_by_name(
    standing: TestHouse, query: str, field: str
) -> None:
    answer = await standing.http.get(f"{JOBS}?{query}", headers=KEY)

    assert (answer.status_code, list(answer.json())) == (400, [field])


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("created", "Queued"),
        ("queued", "Queued"),
        ("started", "Transcoding"),
        ("completed", "Completed"),
        ("failed", "Error"),
        ("cancelled", "Cancelled"),
    ],
)
def test_every_state_has_its_word_and_every_place_its_keys(state: str, word: str) -> None:
    job = jobs.STATES[state]
    assert job.kind != "absent"

    assert list(created(job)) == list(told(job)) == CREATED
    assert (list(detailed(job)), list(listed(job))) == (DETAILED, LISTED)
    assert (created(job)["status"], detailed(job)["status"]) == (word, word)
    assert (told(job)["status"], listed(job)["status"]) == (word.lower(), word.lower())
    assert (created(job)["end_time"] is None) == (state in {"created", "queued", "started"})


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("s3://b/p/?access_key=A&secret_key=S&region=r", "s3://b/p/?access_key=A&secret_key=REDACTED&region=r"),
        ("s3://b/p/?SECRET_KEY=S", "s3://b/p/?SECRET_KEY=REDACTED"),
        ("s3://b/p?aws_secret_access_key=S", "s3://b/p?aws_secret_access_key=REDACTED"),
        ("s3://b/p?x=1&session_token=T", "s3://b/p?x=1&session_token=REDACTED"),
        ("s3://b/secret_key/x", "s3://b/secret_key/x"),
    ],
)  # fmt: skip
def test_a_secret_is_put_out_before_it_goes_anywhere(path: str, kept: str) -> None:
    assert without_secrets(path) == kept
