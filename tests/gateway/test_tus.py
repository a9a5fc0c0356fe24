"""Uploads over tus: the file's own facts, resumption, and doors that stay shut."""

from hashlib import md5
from pathlib import Path

import httpx
import pytest

from telecine.simulations.media import CLIP
from tests.gateway import tus
from tests.house import OpenHouse, TestHouse
from tests.waiting import until


async def ended(house: TestHouse, video_id: str) -> bool:
    status = (await tus.shown(house.http, video_id))["status"]
    return status in {"process-completed", "process-failed"}


async def facts(house: TestHouse, video_id: str) -> list[str]:
    answer = await house.http.get(f"/v1/videos/{video_id}/history", headers=tus.AUTHORIZATION)
    return [fact["type"] for fact in answer.json()["facts"]]


async def test_an_uploaded_file_is_described_by_its_own_facts(standing: TestHouse) -> None:
    video_id = await tus.video(standing.http)

    await tus.upload(standing.url, video_id, CLIP)
    await until(lambda: ended(standing, video_id))

    video = await tus.shown(standing.http, video_id)
    digest = md5(md5(CLIP.read_bytes(), usedforsecurity=False).digest(), usedforsecurity=False)
    assert video["status"] == "process-completed"
    assert video["size"] == CLIP.stat().st_size
    assert video["input"] == {"width": 320, "height": 180}
    assert 3 <= video["duration"] <= 4
    assert video["entity_tag"] == f"{digest.hexdigest()}-1"


async def test_when_the_last_bytes_are_answered_the_video_is_uploaded(standing: TestHouse) -> None:
    video_id = await tus.video(standing.http)

    await tus.upload(standing.url, video_id, CLIP)

    assert (await tus.shown(standing.http, video_id))["status"] != "ready-to-upload"


async def test_bytes_that_are_no_video_fail_in_processing_with_a_reason(
    standing: TestHouse, tmp_path: Path
) -> None:
    video_id = await tus.video(standing.http)
    text = tmp_path / "text.mp4"
    text.write_text("this is not a video\n" * 100)

    await tus.upload(standing.url, video_id, text)
    await until(lambda: ended(standing, video_id))

    video = await tus.shown(standing.http, video_id)
    assert video["status"] == "process-failed"
    assert video["meta"]["failure"]


async def test_an_upload_that_stops_half_way_is_resumed(standing: TestHouse) -> None:
    video_id, data = await tus.video(standing.http), CLIP.read_bytes()
    place = (await tus.begin(standing.http, video_id, len(data))).headers["location"]
    await tus.patch(standing.http, place, video_id, 0, data[:10_000])

    assert await tus.offset(standing.http, place, video_id) == 10_000
    answer = await tus.patch(standing.http, place, video_id, 10_000, data[10_000:])

    assert answer.status_code == 204
    await until(lambda: ended(standing, video_id))
    assert (await tus.shown(standing.http, video_id))["status"] == "process-completed"


async def test_bytes_written_but_never_accounted_for_do_not_stand_twice(house: TestHouse) -> None:
    video_id, data = await tus.video(house.http), CLIP.read_bytes()
    place = (await tus.begin(house.http, video_id, len(data))).headers["location"]
    await tus.patch(house.http, place, video_id, 0, data[:10_000])
    file = house.settings.uploads / place.rpartition("/")[2]
    with file.open("ab") as crashed:  # what a gateway killed in the middle of a PATCH leaves
        crashed.write(data[10_000:15_000])

    await tus.patch(house.http, place, video_id, 10_000, data[10_000:])
    await until(lambda: ended(house, video_id))

    video = await tus.shown(house.http, video_id)
    assert (video["status"], video["size"]) == ("process-completed", len(data))


async def test_the_same_upload_finished_twice_is_one_upload(house: TestHouse) -> None:
    video_id, data = await tus.video(house.http), CLIP.read_bytes()
    place = (await tus.begin(house.http, video_id, len(data))).headers["location"]
    first = await tus.patch(house.http, place, video_id, 0, data)

    again = await tus.patch(house.http, place, video_id, len(data), b"")
    another = await tus.begin(house.http, video_id, len(data))

    assert first.status_code == 204
    assert again.status_code == 404
    assert another.status_code == 409
    assert "message" in another.json()
    assert (await facts(house, video_id)).count("video.uploaded") == 1


async def test_of_two_uploads_of_one_video_the_first_to_finish_wins(house: TestHouse) -> None:
    video_id, data = await tus.video(house.http), CLIP.read_bytes()
    one = (await tus.begin(house.http, video_id, len(data))).headers["location"]
    two = (await tus.begin(house.http, video_id, len(data))).headers["location"]

    won = await tus.patch(house.http, two, video_id, 0, data)
    lost = await tus.patch(house.http, one, video_id, 0, data)

    assert (won.status_code, lost.status_code) == (204, 409)
    assert "bytes already" in lost.json()["message"]
    assert (await facts(house, video_id)).count("video.uploaded") == 1


async def test_nothing_is_left_on_disk_once_the_fact_is_in_the_log(house: TestHouse) -> None:
    video_id = await tus.video(house.http)

    await tus.upload(house.url, video_id, CLIP)

    assert list(house.settings.uploads.glob(f"{video_id}*")) == []


async def test_media_is_kept_if_asked(open_house: OpenHouse) -> None:
    async with open_house(keep_media=True) as house:
        video_id = await tus.video(house.http)

        await tus.upload(house.url, video_id, CLIP)

        (kept,) = house.settings.uploads.glob(f"{video_id}-????????")
        assert kept.read_bytes() == CLIP.read_bytes()


async def test_an_empty_file_fails_in_processing(standing: TestHouse) -> None:
    video_id = await tus.video(standing.http)

    answer = await tus.begin(standing.http, video_id, 0)

    assert answer.status_code == 201
    await until(lambda: ended(standing, video_id))
    assert (await tus.shown(standing.http, video_id))["status"] == "process-failed"


async def test_bytes_sent_with_the_creation_count(standing: TestHouse) -> None:
    video_id, data = await tus.video(standing.http), CLIP.read_bytes()
    headers = {
        "tus-resumable": "1.0.0",
        "upload-length": str(len(data)),
        **tus.OFFSETS,
        **tus.ticket(video_id),
    }

    answer = await standing.http.post("/tusupload", content=data, headers=headers)

    assert answer.status_code == 201
    await until(lambda: ended(standing, video_id))
    assert (await tus.shown(standing.http, video_id))["size"] == len(data)


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        ({"Signature": "0" * 64}, "signature"),
        ({"Signature": ""}, "Signature"),
        ({"Expiration": "soon"}, "Expiration"),
        ({"Video-Id": "no-uuid"}, "Video-Id"),
    ],
)
async def test_a_door_without_a_good_ticket_stays_shut(
    standing: TestHouse, headers: dict[str, str], named: str
) -> None:
    video_id = await tus.video(standing.http)

    answer = await tus.begin(standing.http, video_id, 10, **headers)

    assert answer.status_code == 401
    assert named.lower() in answer.json()["message"].lower()
    assert list(standing.settings.uploads.glob("*")) == []


async def test_an_expired_ticket_is_refused_before_a_byte_is_kept(standing: TestHouse) -> None:
    video_id = await tus.video(standing.http)
    place = (await tus.begin(standing.http, video_id, 10)).headers["location"]
    sent = {"tus-resumable": "1.0.0", "upload-offset": "0", **tus.OFFSETS}

    answer = await standing.http.patch(
        place, content=b"0123456789", headers={**sent, **tus.ticket(video_id, expires_in=-10)}
    )

    assert answer.status_code == 401
    assert (standing.settings.uploads / place.rpartition("/")[2]).stat().st_size == 0


async def test_anothers_upload_cannot_be_touched(standing: TestHouse) -> None:
    mine, other = await tus.video(standing.http), await tus.video(standing.http)
    place = (await tus.begin(standing.http, mine, 10)).headers["location"]

    answer = await tus.patch(standing.http, place, other, 0, b"0123456789")

    assert answer.status_code == 404
    assert (standing.settings.uploads / place.rpartition("/")[2]).stat().st_size == 0


async def test_a_file_over_the_upload_limit_is_refused(open_house: OpenHouse) -> None:
    async with open_house(upload_limit=1000) as house:
        video_id = await tus.video(house.http)

        answer = await tus.begin(house.http, video_id, 1001)

        assert answer.status_code == 413
        assert "1000" in answer.json()["message"]


async def test_more_bytes_than_announced_are_refused(standing: TestHouse) -> None:
    video_id = await tus.video(standing.http)
    place = (await tus.begin(standing.http, video_id, 10)).headers["location"]

    answer = await tus.patch(standing.http, place, video_id, 0, b"0" * 11)

    assert answer.status_code == 400
    assert await tus.offset(standing.http, place, video_id) == 0


async def test_a_wrong_offset_is_a_conflict(standing: TestHouse) -> None:
    video_id = await tus.video(standing.http)
    place = (await tus.begin(standing.http, video_id, 10)).headers["location"]

    answer = await tus.patch(standing.http, place, video_id, 5, b"01234")

    assert answer.status_code == 409


@pytest.mark.parametrize(
    "place", ["/tusupload/..%2F..%2Flock", "/tusupload/.locks", "/tusupload/x"]
)
async def test_an_upload_id_is_never_a_path(standing: TestHouse, place: str) -> None:
    video_id = await tus.video(standing.http)

    answer = await standing.http.head(
        place, headers={"tus-resumable": "1.0.0", **tus.ticket(video_id)}
    )

    assert answer.status_code == 404


async def test_what_a_door_offers_can_be_asked_without_a_ticket(standing: TestHouse) -> None:
    answer = await standing.http.options("/tusupload/", headers={"tus-resumable": "1.0.0"})

    assert answer.status_code == httpx.codes.NO_CONTENT
    assert answer.headers["tus-version"] == "1.0.0"
