"""Lists longer than one answer of the house are joined; the house is a script here, to be that long."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal

import httpx
from fastapi import FastAPI

from telecine.platforms.house import House
from telecine.platforms.omega import PACK
from telecine.shared.contracts import Request
from telecine.shared.contracts.delivery import (
    DeliveryPage,
    GetDelivery,
    ListDeliveries,
)
from telecine.shared.contracts.ingest import ListVideos, VideoPage
from telecine.shared.contracts.subscriptions import EndpointAnswer, GetEndpoint
from telecine.shared.errors import Refusal, Unavailable
from tests.platforms.omega.api import BEARER, VIDEOS, WEBHOOKS, message
from tests.platforms.omega.states import (
    AT,
    attempt,
    delivered,
    delivery,
    endpoint,
    every_state,
)

EVENTS = f"{WEBHOOKS}/{endpoint().profile.id}"


def event_id(number: int) -> str:
    return f"{number:024x}"


@asynccontextmanager
async def client(
    script: Callable[[Request[Any]], Any], quirks: Literal["on", "off"] = "on"
) -> AsyncIterator[httpx.AsyncClient]:
    async def call(request: Request[Any]) -> Any:
        return script(request)

    house = House(
        call, lambda: AT, {"demo": ["demo-key"]}, quirks, "documented", 0, lambda _: None
    )
    app = FastAPI()
    app.include_router(PACK.router(house, None))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://house") as http:
        yield http


def events(request: Request[Any]) -> Any:
    """Answer 25 events in pages of 10; number 7 is gone before its detail is asked for."""
    match request:
        case GetEndpoint():
            return EndpointAnswer(endpoint=endpoint())
        case ListDeliveries(cursor=cursor):
            start = int(cursor or 0)
            numbers = range(start, min(start + 10, 25))
            following = str(start + 10) if start + 10 < 25 else None
            page = [delivery(id=event_id(number)) for number in numbers]
            return DeliveryPage(deliveries=page, cursor=following)
        case GetDelivery(delivery_id=delivery_id) if delivery_id != event_id(7):
            return delivered(f'{{"id":"{delivery_id}","response":null}}'.encode(), attempt())
        case _:
            raise Refusal("not_found", "no such delivery")


async def test_events_of_every_page_are_in_one_list_in_order() -> None:
    # when
    async with client(events) as http:
        answer = await http.get(EVENTS, headers=BEARER)

    # then
    assert [event["id"] for event in answer.json()] == [event_id(n) for n in range(25)]


async def test_without_quirks_an_event_that_is_gone_by_now_is_left_out() -> None:
    # when
    async with client(events, quirks="off") as http:
        answer = await http.get(EVENTS, headers=BEARER)

    # then
    listed = [event["id"] for event in answer.json()]
    assert listed == [event_id(n) for n in range(25) if n != 7]
    assert answer.json()[0]["response"]["status_code"] == 200


async def test_a_page_of_videos_ends_even_if_the_house_has_fewer_than_it_said() -> None:
    # given
    def fewer(request: Request[Any]) -> Any:
        assert isinstance(request, ListVideos)
        found = [every_state()["created"]] if request.offset == 0 else []
        return VideoPage(videos=found, total=3)

    # when
    async with client(fewer) as http:
        answer = await http.get(VIDEOS, headers=BEARER)

    # then
    assert (len(answer.json()["data"]), answer.json()["total"]) == (1, 3)


async def test_a_house_that_does_not_answer_is_503() -> None:
    # given
    def silent(_: Request[Any]) -> Any:
        raise Unavailable("the ingest service does not answer")

    # when
    async with client(silent) as http:
        answers = [await http.get(path, headers=BEARER) for path in (VIDEOS, WEBHOOKS, EVENTS)]

    # then
    for answer in answers:
        assert answer.status_code == 503
        assert message(answer) == "the ingest service does not answer; try again"
