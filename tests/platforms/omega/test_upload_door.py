"""The tus door over HTTP, against a whole house: who may open an upload of which video."""

import time

from tests.house import TestHouse
from tests.platforms.omega.api import create_video, message, signed, upload_link

DOOR = "/tusupload"
TUS = {"Tus-Resumable": "1.0.0", "Upload-Length": "4"}
NOBODYS = "a0dc8dbf-3126-4805-89a1-662a33331f93"


def soon() -> int:
    return int(time.time()) + 3600


async def test_a_signature_opens_an_upload_of_its_video(standing: TestHouse) -> None:
    # given
    video = await create_video(standing)

    # when
    headers = {**TUS, **signed("demo-key", soon(), video["uuid"])}
    answer = await standing.http.post(DOOR, headers=headers)

    # then
    assert answer.status_code == 201
    assert DOOR in answer.headers["location"]


async def test_an_upload_needs_the_signature_at_every_step(standing: TestHouse) -> None:
    # given
    video = await create_video(standing)
    good = {**TUS, **signed("demo-key", soon(), video["uuid"])}
    place = (await standing.http.post(DOOR, headers=good)).headers["location"]

    # then
    assert (await standing.http.head(place, headers=good)).status_code == 200
    for method in ("HEAD", "PATCH", "DELETE"):
        answer = await standing.http.request(method, place, headers=TUS)
        assert answer.status_code == 401, method


async def test_a_missing_header_is_401_and_named(standing: TestHouse) -> None:
    # given
    good = {**TUS, **signed("demo-key", soon(), (await create_video(standing))["uuid"])}

    for name in ("Signature", "Expiration", "Video-Id"):
        # when
        headers = {key: value for key, value in good.items() if key != name}
        answer = await standing.http.post(DOOR, headers=headers)

        # then
        assert answer.status_code == 401
        assert message(answer).startswith(f"the {name} header is missing")


#: Which key signs, when it ends, what is changed after signing, and what is said.
BAD_SIGNATURES: list[tuple[str, str | None, dict[str, str], str]] = [
    ("nobodys-key", None, {}, "Signature is of no key"),
    ("demo-key", None, {"Signature": "zz"}, "Signature must be 64 hex digits"),
    ("demo-key", "soon", {}, "Expiration must be a time in whole Unix seconds"),
    ("demo-key", "1924992000000000", {}, "Expiration must be a time"),
    ("demo-key", "1", {}, "Expiration 1 has passed"),
    ("demo-key", None, {"Video-Id": "*"}, "Video-Id must be the uuid of a video"),
    ("demo-key", None, {"Expiration": "4102444800"}, "Signature is of no key"),
]


async def test_a_bad_signature_is_401_and_says_which(standing: TestHouse) -> None:
    # given
    video = await create_video(standing)

    for key, expiration, changes, said in BAD_SIGNATURES:
        # when
        headers = {**TUS, **signed(key, expiration or soon(), video["uuid"]), **changes}
        answer = await standing.http.post(DOOR, headers=headers)

        # then
        assert answer.status_code == 401, said
        assert message(answer).startswith(said)


async def test_an_unknown_and_another_organisations_video_get_the_same_404(
    standing: TestHouse,
) -> None:
    # given
    video = await create_video(standing)
    cases = [("demo-key", NOBODYS), ("other-key", video["uuid"])]

    for key, uuid in cases:
        # when
        answer = await standing.http.post(DOOR, headers={**TUS, **signed(key, soon(), uuid)})

        # then
        assert (answer.status_code, message(answer)) == (404, "no such video")


async def test_a_video_that_has_its_bytes_is_409(standing: TestHouse) -> None:
    # given
    video = await upload_link(standing)

    # when
    headers = {**TUS, **signed("demo-key", soon(), video["uuid"])}
    answer = await standing.http.post(DOOR, headers=headers)

    # then
    assert answer.status_code == 409
    assert message(answer) == "this video has its bytes already; create another video"


async def test_only_a_creation_asks_whether_the_bytes_are_there(standing: TestHouse) -> None:
    # given
    video = await upload_link(standing)
    headers = {**TUS, **signed("demo-key", soon(), video["uuid"])}

    # then: leave is given, and the upload itself is not there
    answer = await standing.http.delete(f"{DOOR}/{'0' * 32}", headers=headers)
    assert answer.status_code == 404
    assert message(answer).startswith("no such upload")
