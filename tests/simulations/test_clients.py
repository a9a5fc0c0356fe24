"""The clients that scenarios and the demo are written with, against a real house."""

import sys
from hashlib import sha256

import httpx
import pytest

from telecine.simulations.clients.api import HouseUnreachable, UnexpectedAnswer
from telecine.simulations.clients.customer import Customer
from telecine.simulations.clients.ledger import Ledger
from telecine.simulations.clients.tus import upload
from telecine.simulations.judges import JudgesMissing
from telecine.simulations.media import CLIP
from tests.house import TestHouse
from tests.waiting import until


@pytest.fixture
def customer(house: TestHouse) -> Customer:
    """The first organisation, at a running house."""
    return Customer.of(house.http, "demo", "demo-key", "test")


def test_a_key_is_that_of_the_wish_however_many_come_in_between() -> None:
    one, two = Ledger("run"), Ledger("run")

    first = [one.key("video", title) for title in ("a", "b", "a")]
    second = [two.key("video", title) for title in ("b", "a", "a")]

    assert len(set(first)) == 3
    assert first == [second[1], second[0], second[2]]
    assert Ledger("another run").key("video", "a") not in first


async def test_the_same_wish_of_the_same_run_is_answered_with_the_same_video(
    house: TestHouse,
) -> None:
    def customer(run: str) -> Customer:
        return Customer.of(house.http, "demo", "demo-key", run)

    first = await customer("one").omega.upload_link("A title")
    again = await customer("one").omega.upload_link("A title")
    other = await customer("two").omega.upload_link("A title")

    assert first == again
    assert other.id != first.id


async def test_a_file_over_tus_is_processed_with_its_own_facts(
    house: TestHouse, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A proxy of the environment is nobody's business here; there is none at port 9.
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "")

    video = await customer.omega.upload_file("A file", CLIP)

    async def completed() -> bool:
        return await customer.status(video) == "process-completed"

    await until(completed)
    shown = await house.http.get(
        f"/company/client/video/{video.id}", headers={"Authorization": "Bearer demo-key"}
    )
    assert shown.json()["size"] == CLIP.stat().st_size
    assert shown.json()["input"] == {"width": 320, "height": 180}


async def test_an_asset_is_created_and_shown_in_the_platforms_words(customer: Customer) -> None:
    video = await customer.tpstreams.upload_link("An asset")

    async def completed() -> bool:
        return await customer.status(video) == "Completed"

    await until(completed)
    assert customer.ledger.videos == {video.id: video}


async def test_deleted_endpoints_are_gone_from_the_house(
    house: TestHouse, customer: Customer
) -> None:
    made = [
        await customer.omega.create_endpoint(house.receiver.on("/omega")),
        await customer.tpstreams.create_endpoint(house.receiver.on("/streams"), "a token"),
    ]
    headers = {"Authorization": "Bearer demo-key"}
    listed = (await house.http.get("/v1/endpoints", headers=headers)).json()["endpoints"]
    assert {each["id"] for each in listed} == {each.id for each in made}

    for endpoint in made:
        await customer.delete_endpoint(endpoint)

    assert (await house.http.get("/v1/endpoints", headers=headers)).json()["total"] == 0


async def test_the_clock_runs_as_before_behind_the_block(customer: Customer) -> None:
    async with customer.control.clock(25):
        assert await customer.control.speed() == 25
        with pytest.raises(ZeroDivisionError):
            async with customer.control.clock(50):
                raise ZeroDivisionError
        assert await customer.control.speed() == 25

    assert await customer.control.speed() == 1


async def test_an_answer_that_is_not_as_documented_is_shown(house: TestHouse) -> None:
    stranger = Customer.of(house.http, "demo", "no-such-key", "test")

    with pytest.raises(UnexpectedAnswer, match="stream/copy must answer 200, but answered 401 "):
        await stranger.omega.upload_link("A title")


async def test_a_house_that_is_not_there_is_named() -> None:
    async with httpx.AsyncClient(base_url="http://127.0.0.1:9", trust_env=False) as http:
        with pytest.raises(HouseUnreachable, match=r"GET http://127\.0\.0\.1:9/v1/clock"):
            await Customer.of(http, "demo", "demo-key", "test").control.speed()


async def test_an_upload_that_is_refused_or_has_nobody_to_go_to_says_so(house: TestHouse) -> None:
    leave = {"Signature": sha256(b"").hexdigest(), "Expiration": "9", "Video-Id": "x"}

    with pytest.raises(UnexpectedAnswer, match="was answered 401"):
        await upload(f"{house.url}/tusupload", CLIP, leave)
    with pytest.raises(HouseUnreachable, match="broke off"):
        await upload("http://127.0.0.1:9/tusupload", CLIP, leave)


async def test_without_tuspy_an_upload_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "tusclient.client", None)

    with pytest.raises(JudgesMissing, match=r"tuspy .*pip install 'telecine\[judges\]'"):
        await upload("http://127.0.0.1:9/tusupload", CLIP, {})
