"""Credentials that come and go: every copy of the gateway agrees at once, and a restart forgets none."""

import asyncio
import io
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from tusclient.client import TusClient

from telecine.gateway.credentials import MOST_TOKENS
from tests import house as houses
from tests.gateway.copies import another_gateway
from tests.house import OpenHouse, TestHouse

OMEGA = "/company/client/video"
TPSTREAMS = "/api/v1/demo/assets/"
REVOKE = "/company/client/account/revoke_api_key"
TWO_KEYS = {"demo": ["demo-key", "second-key"], "other": ["other-key"]}


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def by_token(token: str) -> dict[str, str]:
    return {"authorization": f"Token {token}"}


async def login(
    http: httpx.AsyncClient, using: str = "demo-key", key: str | None = None, **more: Any
) -> httpx.Response:
    body = {"username": "demo", "password": using, **more}
    headers = {"idempotency-key": key} if key else {}
    return await http.post("/api/auth/login/", json=body, headers=headers)


async def token(http: httpx.AsyncClient) -> str:
    answer = await login(http)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["token"])


async def revoke(http: httpx.AsyncClient, old: str, by: str | None = None) -> str:
    """Revoke a key. Answers the new one."""
    answer = await http.post(REVOKE, json={"key": old}, headers=bearer(by or old))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["api_key"])


async def status(http: httpx.AsyncClient, path: str, headers: dict[str, str]) -> int:
    return (await http.get(path, headers=headers)).status_code


async def test_a_token_opens_what_its_key_opens_until_it_is_logged_out(house: TestHouse) -> None:
    found = await token(house.http)

    before = await status(house.http, TPSTREAMS, by_token(found))
    out = await house.http.post("/api/auth/logout/", headers=by_token(found))
    after = await house.http.get(TPSTREAMS, headers=by_token(found))
    again = await house.http.post("/api/auth/logout/", headers=by_token(found))

    assert (before, out.status_code, out.content) == (200, 204, b"")
    assert (after.status_code, after.json()) == (401, {"detail": "Invalid token."})
    assert again.status_code == 401


async def test_a_token_is_no_key_of_another_platform_or_organisation(standing: TestHouse) -> None:
    found = await token(standing.http)

    assert await status(standing.http, OMEGA, bearer(found)) == 401
    assert await status(standing.http, "/v1/clock", bearer(found)) == 401
    assert await status(standing.http, "/api/v1/other/assets/", by_token(found)) == 404


async def test_an_organisation_has_twenty_tokens_at_most(house: TestHouse) -> None:
    issued = [await token(house.http) for _ in range(MOST_TOKENS)]

    more = await login(house.http)
    await house.http.post("/api/auth/logout/", headers=by_token(issued[7]))
    after = await login(house.http)

    assert len(set(issued)) == MOST_TOKENS == 20
    assert more.status_code == 403
    assert set(more.json()) == {"detail"}
    assert after.status_code == 200


async def test_the_last_place_for_a_token_is_given_once(house: TestHouse) -> None:
    async with another_gateway(house) as second:
        answers = await asyncio.gather(
            *(login(http) for http in (house.http, second) for _ in range(MOST_TOKENS))
        )

    assert sorted(answer.status_code for answer in answers) == [200] * 20 + [403] * 20


async def test_a_repeated_login_answers_the_same_token_and_issues_no_second(
    house: TestHouse,
) -> None:
    first = await login(house.http, key="once")
    again = [await login(house.http, key="once") for _ in range(MOST_TOKENS)]
    other = await login(house.http, key="another")

    assert {answer.json()["token"] for answer in again} == {first.json()["token"]}
    assert other.json()["token"] != first.json()["token"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"username": "demo", "password": "wrong"}, "non_field_errors"),
        ({"username": "other", "password": "demo-key"}, "non_field_errors"),
        ({"username": "demo"}, "password"),
        ({"password": "demo-key"}, "username"),
        ({"username": "demo", "password": ""}, "password"),
        ({"username": "demo", "password": 5}, "password"),
        ({"username": "demo", "password": "demo\x00key"}, "password"),
        ({"username": "demo", "password": "demo-key", "otp": "1"}, "otp"),
        (
            {"username": "demo", "password": "demo-key", "organization_id": "other"},
            "organization_id",
        ),
        ([], "non_field_errors"),
    ],
)
async def test_a_bad_login_is_named_as_the_platform_names_things(
    standing: TestHouse, body: Any, expected: str
) -> None:
    answer = await standing.http.post("/api/auth/login/", json=body)

    assert answer.status_code == 400
    assert list(answer.json()) == [expected]


async def test_the_login_paths_know_one_method_and_a_slash(standing: TestHouse) -> None:
    get = await standing.http.get("/api/auth/login/")
    bare = await standing.http.post("/api/auth/logout", headers=by_token("x"))
    nowhere = await standing.http.get("/api/auth/register/")

    assert (get.status_code, get.headers["allow"]) == (405, "POST")
    assert get.json() == {"detail": 'Method "GET" not allowed.'}
    assert (bare.status_code, nowhere.status_code) == (404, 404)
    assert "requested resource" in nowhere.text


async def test_a_key_of_the_settings_cannot_be_logged_out(standing: TestHouse) -> None:
    key = await standing.http.post("/api/auth/logout/", headers=by_token("demo-key"))
    nobody = await standing.http.post("/api/auth/logout/", headers=by_token("nobody"))
    nothing = await standing.http.post("/api/auth/logout/")

    assert (key.status_code, nobody.status_code, nothing.status_code) == (403, 401, 401)
    assert await status(standing.http, TPSTREAMS, by_token("demo-key")) == 200


async def test_a_revoked_key_opens_nothing_and_the_new_one_everything(house: TestHouse) -> None:
    answer = await house.http.post(REVOKE, json={"key": "demo-key"}, headers=bearer("demo-key"))
    new = answer.json()["api_key"]

    assert list(answer.json()) == ["api_key", "message", "token_type"]
    assert answer.json() | {"api_key": ""} == {
        "api_key": "",
        "message": "api key revoked",
        "token_type": "Bearer",
    }
    for path, header in ((OMEGA, bearer), ("/v1/clock", bearer), (TPSTREAMS, by_token)):
        assert await status(house.http, path, header("demo-key")) == 401
        assert await status(house.http, path, header(new)) == 200
    assert (await login(house.http)).status_code == 400
    assert (await login(house.http, new)).status_code == 200


async def test_a_new_key_can_be_revoked_in_turn_at_the_earlier_path(house: TestHouse) -> None:
    new = await revoke(house.http, "demo-key")
    answer = await house.http.post(
        "/company/client/revoke-api-key", json={"key": new}, headers=bearer(new)
    )

    assert answer.status_code == 200
    assert await status(house.http, OMEGA, bearer(new)) == 401
    assert await status(house.http, OMEGA, bearer(answer.json()["api_key"])) == 200


@pytest.mark.parametrize("key", ["nobody", "other-key", ""])
async def test_only_a_good_key_of_ones_own_can_be_revoked(standing: TestHouse, key: str) -> None:
    answer = await standing.http.post(REVOKE, json={"key": key}, headers=bearer("demo-key"))

    assert answer.status_code == 404
    assert list(answer.json()) == ["message"]
    assert await status(standing.http, OMEGA, bearer("other-key")) == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"key": 5}', b'{"key": "a", "b": 1}'])
async def test_a_bad_wish_to_revoke_is_named(standing: TestHouse, body: bytes) -> None:
    answer = await standing.http.post(REVOKE, content=body, headers=bearer("demo-key"))

    assert answer.status_code == 400
    assert "key" in answer.json()["message"]


async def test_a_repeated_revocation_answers_the_same_key(open_house: OpenHouse) -> None:
    async with open_house(orgs=TWO_KEYS) as house:
        headers = {**bearer("second-key"), "idempotency-key": "once"}
        first = await house.http.post(REVOKE, json={"key": "demo-key"}, headers=headers)
        second = await house.http.post(REVOKE, json={"key": "demo-key"}, headers=headers)
        without = await house.http.post(
            REVOKE, json={"key": "demo-key"}, headers=bearer("second-key")
        )

        assert first.json() == second.json()
        assert without.status_code == 404


async def test_every_copy_of_the_gateway_knows_at_once(house: TestHouse) -> None:
    async with another_gateway(house) as second:
        for one, other in ((house.http, second), (second, house.http)):
            found = await token(one)
            assert await status(other, TPSTREAMS, by_token(found)) == 200
            await other.post("/api/auth/logout/", headers=by_token(found))
            assert await status(one, TPSTREAMS, by_token(found)) == 401
        new = await revoke(house.http, "demo-key")
        assert await status(second, OMEGA, bearer("demo-key")) == 401
        assert await status(second, OMEGA, bearer(new)) == 200


async def test_of_two_who_revoke_the_same_key_one_gets_a_new_one(house: TestHouse) -> None:
    async with another_gateway(house) as second:
        asked = (
            http.post(REVOKE, json={"key": "demo-key"}, headers=bearer("demo-key"))
            for http in (house.http, second)
        )
        answers = await asyncio.gather(*asked)

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses in ([200, 401], [200, 404])


def signed(key: str, video_id: str) -> dict[str, str]:
    """Answer the headers of an Omega upload, signed with a key."""
    expiration = "4102444800"
    signature = sha256(f"{key}{expiration}{video_id}".encode()).hexdigest()
    return {"Signature": signature, "Expiration": expiration, "Video-Id": video_id}


async def test_an_upload_is_signed_with_the_new_key_and_never_with_the_revoked(
    house: TestHouse,
) -> None:
    new = await revoke(house.http, "demo-key")
    made = await house.http.post(OMEGA, json={"title": "a"}, headers=bearer(new))
    video_id = made.json()["uuid"]
    file = io.BytesIO(b"not a video, but bytes")

    old = await house.http.post(
        "/tusupload",
        headers={**signed("demo-key", video_id), "tus-resumable": "1.0.0", "upload-length": "9"},
    )
    client = TusClient(f"{house.url}/tusupload", headers=signed(new, video_id))
    await asyncio.to_thread(client.uploader(file_stream=file, chunk_size=1024).upload)

    video = await house.http.get(f"{OMEGA}/{video_id}", headers=bearer(new))
    assert old.status_code == 401
    assert video.json()["status"] != "ready-to-upload"


async def test_a_restart_forgets_nothing_and_no_table_or_log_shows_a_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    async with houses.opened(data) as house:
        found = await token(house.http)
        gone = await token(house.http)
        await house.http.post("/api/auth/logout/", headers=by_token(gone))
        new = await revoke(house.http, "demo-key")
    async with houses.opened(data) as house:
        assert await status(house.http, TPSTREAMS, by_token(found)) == 200
        assert await status(house.http, TPSTREAMS, by_token(gone)) == 401
        assert await status(house.http, OMEGA, bearer("demo-key")) == 401
        assert await status(house.http, OMEGA, bearer(new)) == 200

    stored = b"".join(path.read_bytes() for path in data.glob("gateway.db*"))
    printed = capsys.readouterr().out
    for secret in (found, gone, new, "demo-key"):
        assert secret.encode() not in stored
        assert secret not in printed


async def test_another_seal_key_is_refused_at_the_start(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with houses.opened(data) as house:
        await revoke(house.http, "demo-key")
    (data / "seal.key").unlink()

    with pytest.raises(Exception, match="sealed with another key"):
        async with houses.opened(data):
            raise AssertionError("it started")


async def test_account_data_has_the_documented_fields_at_both_paths(standing: TestHouse) -> None:
    answers = [
        await standing.http.get(path, headers=bearer("demo-key"))
        for path in ("/company/client/account/data", "/company/client/data")
    ]
    other = await standing.http.get("/company/client/data", headers=bearer("other-key"))

    assert answers[0].json() == answers[1].json()
    assert list(answers[0].json()) == [
        "id",
        "created_at",
        "updated_at",
        "deleted_at",
        "ocid",
        "title",
        "email",
        "phone_number",
        "storage_code",
        "address",
        "Metadata",
    ]
    assert list(answers[0].json()["address"]) == ["address_1", "country", "city", "state", "zip"]
    assert answers[0].json()["id"] != other.json()["id"]
    assert (await standing.http.get("/company/client/data")).status_code == 401
