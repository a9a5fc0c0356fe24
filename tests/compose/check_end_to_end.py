"""Two gateways, two copies of each service, a receiver outside: what one house does, these do together."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from telecine.shared.settings import Settings
from telecine.simulations.arguments import parser
from telecine.simulations.commands import simulate
from telecine.simulations.media import CLIP
from tests.compose.containers import DOORS, HOST, ROOT, compose, doors, outside, verify
from tests.customer import BEARER, KEY, OMEGA, TPSTREAMS, Customer
from tests.gateway import tus
from tests.waiting import until

WRITES = 25


@pytest.fixture
async def customers() -> AsyncIterator[list[Customer]]:
    async with doors() as opened:
        yield opened


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("words", ["happy_path.py", "receiver_down.py", "burst.py count=100"])
async def test_the_scenarios_pass(
    customers: list[Customer], words: str, door: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """By link, over tus and as an asset; signed; tried again; each once, and all on record."""
    file, *options = words.split()
    place = ["--url", door, "--receiver-host", HOST]
    path = str(ROOT / "simulations" / file)
    given = parser().parse_args(["simulate", path, *options, *place])

    status = await simulate.run(Settings(log_level="warning"), given)

    assert status == 0, capsys.readouterr()


async def test_what_is_written_through_one_gateway_is_read_through_the_other(
    customers: list[Customer],
) -> None:
    async def make_and_delete(number: int) -> None:
        writer, reader = customers[number % 2], customers[1 - number % 2]
        endpoint = await writer.endpoint(f"http://nobody.invalid/{uuid4().hex}")
        await writer.switch(endpoint, active=False)
        (shown,) = [
            each
            for each in await reader.call("GET", f"{OMEGA}/webhooks/all")
            if each["id"] == endpoint
        ]
        assert shown["active"] is False
        await reader.delete(endpoint)
        left = await writer.call("GET", f"{OMEGA}/webhooks/all")
        assert endpoint not in {each["id"] for each in left}

    async def upload_and_read(number: int) -> None:
        writer, reader = customers[number % 2], customers[1 - number % 2]
        video = await writer.upload(f"read your writes {number}")
        assert (await reader.call("GET", f"{OMEGA}/video/{video}"))["uuid"] == video
        listed = await reader.call("GET", f"{OMEGA}/video", params={"limit": "100"})
        assert video in {each["uuid"] for each in listed["data"]}

    # One after the other: to an endpoint that is not answered yet, an upload is owed or not, and
    # `telecine verify` takes the moment of its fact for that of its answer.
    await asyncio.gather(*(make_and_delete(number) for number in range(WRITES)))
    await asyncio.gather(*(upload_and_read(number) for number in range(WRITES)))


async def test_an_asset_that_one_gateway_takes_the_other_shows(customers: list[Customer]) -> None:
    headers = {"authorization": f"Token {KEY}"}
    body = {"title": "clip", "inputs": [{"url": "http://a.b/c.mp4"}], "resolutions": ["240p"]}

    made = await customers[0].http.post(f"{TPSTREAMS}/assets/videos/", json=body, headers=headers)
    path = f"{TPSTREAMS}/assets/{made.json()['id']}/"
    shown = await customers[1].http.get(path, headers=headers)

    assert (made.status_code, shown.status_code) == (201, 200), (made.text, shown.text)


async def test_a_file_begun_at_one_gateway_is_ended_at_the_other(
    customers: list[Customer],
) -> None:
    first, second = (customer.http for customer in customers)
    data = CLIP.read_bytes()
    half = len(data) // 2
    video = await tus.video(first)
    begun = await tus.begin(second, video, len(data))
    assert begun.status_code == 201, begun.text
    place = urlsplit(begun.headers["location"]).path

    halves = [
        await tus.patch(first, place, video, 0, data[:half]),
        await tus.patch(second, place, video, half, data[half:]),
    ]

    async def done() -> bool:
        return bool((await tus.shown(first, video))["status"] == "process-completed")

    assert [each.status_code for each in halves] == [204, 204], [each.text for each in halves]
    await until(done, deadline=30)
    assert (await tus.shown(second, video))["size"] == len(data)


async def test_one_wish_sent_to_both_gateways_at_once_is_one_video(
    customers: list[Customer],
) -> None:
    body = {"url": "http://example.com/clip.mp4", "title": "one wish"}
    headers = {**BEARER, "idempotency-key": uuid4().hex}

    answers = await asyncio.gather(
        *(
            customers[number % 2].http.post(
                f"{OMEGA}/video/stream/copy", json=body, headers=headers
            )
            for number in range(20)
        )
    )

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["uuid"] for answer in answers}) == 1


async def test_both_copies_of_delivery_send_to_a_receiver_on_the_host(
    customers: list[Customer],
) -> None:
    async with outside() as receiver:
        endpoint = await customers[0].endpoint(receiver.on("/hook"))
        await asyncio.gather(*(customers[n % 2].upload(f"shared {n}") for n in range(40)))
        await receiver.wait(lambda it: len(it.at("/hook")) == 40, deadline=60)

        async def recorded() -> bool:
            found = await customers[1].deliveries(endpoint_id=endpoint, state="succeeded")
            return len(found) == 40

        await until(recorded, deadline=30)
        await customers[1].delete(endpoint)

    assert len({received.headers["webhook-id"] for received in receiver.received}) == 40


async def test_a_metadata_service_is_no_receiver(customers: list[Customer]) -> None:
    wish = {"url": "http://169.254.169.254/latest/", "events": ["video.uploaded"]}

    for customer in customers:
        answer = await customer.http.post(f"{OMEGA}/webhooks", json=wish, headers=BEARER)
        assert answer.status_code == 400, answer.text
        assert answer.json()["message"].startswith("url: The host is or leads to an address")


@pytest.mark.parametrize(
    "service", ["clock", "delivery", "gateway", "gateway-2", "ingest", "subscriptions"]
)
async def test_every_service_tells_its_metrics_inside_the_network(
    customers: list[Customer], service: str
) -> None:
    url = f"http://{service}:9464/metrics"
    script = f"import urllib.request; print(urllib.request.urlopen({url!r}).read().decode())"

    _, page = await compose("exec", "-T", "gateway", "python", "-c", script)

    name = service.removesuffix("-2")
    assert f'telecine_nats_connected{{service="{name}"}} 1.0' in page


async def test_the_house_is_at_one_with_its_log(customers: list[Customer]) -> None:
    status, output = await verify()

    assert status == 0, output
    assert "the house is at one with its log" in output
