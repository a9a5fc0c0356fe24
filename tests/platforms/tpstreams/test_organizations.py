"""An organisation's own record: a page of one, the same in every run with the same seed."""

from tests.house import TestHouse
from tests.platforms.tpstreams.calling import KEY

PATH = "/api/v1/organizations/"


async def test_a_key_finds_its_own_organisation(standing: TestHouse) -> None:
    # when
    answer = await standing.http.get(PATH, headers=KEY)

    # then
    assert answer.status_code == 200
    page = answer.json()
    assert (page["count"], page["next"], page["previous"]) == (1, None, None)
    (own,) = page["results"]
    assert list(own) == ["name", "uuid", "drm_aes_signing_iv", "drm_aes_signing_key"]
    assert own["uuid"] == "demo"
    assert len(bytes.fromhex(own["drm_aes_signing_iv"])) == 16
    assert len(bytes.fromhex(own["drm_aes_signing_key"])) == 32
    assert (await standing.http.get(PATH, headers=KEY)).json() == page


async def test_organisations_differ(standing: TestHouse) -> None:
    other = {"Authorization": "Token other-key"}

    mine, theirs = [
        (await standing.http.get(PATH, headers=key)).json()["results"][0] for key in (KEY, other)
    ]

    assert not set(mine.values()) & set(theirs.values())


async def test_a_page_behind_the_one_is_empty(standing: TestHouse) -> None:
    answer = await standing.http.get(f"{PATH}?offset=1", headers=KEY)

    assert answer.json()["results"] == []


async def test_without_a_key_nobody_is_told(standing: TestHouse) -> None:
    for method in ("GET", "POST"):
        answer = await standing.http.request(method, PATH)
        assert answer.status_code == 401
    answer = await standing.http.post(PATH, headers=KEY)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    answer = await standing.http.get(PATH.rstrip("/"), headers=KEY)
    assert (answer.status_code, answer.headers["location"]) == (301, PATH)
