"""A chain of retries through the whole house: every attempt signed, at its own moment, on record."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from nats.aio.msg import Msg

from telecine.shared.log.eventlog import direct_get
from telecine.shared.wire.bus import connected
from telecine.simulations.receiver import Answer, Received
from tests import house as houses
from tests.customer import Customer
from tests.delivery.judged import verify
from tests.house import OpenHouse, TestHouse
from tests.waiting import until

FAST = 1000
#: So slow that no retry comes before we speed up.
SLOW = 0.1
LONG = Answer(500, "no!\n" * 8192, headers={"x-why": "busy"})


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def each(attempts: list[dict[str, Any]], name: str) -> list[Any]:
    return [attempt[name] for attempt in attempts]


@dataclass(frozen=True)
class Chain:
    """A webhook that failed twice: as it is on record, as it came, and its endpoint's secret."""

    house: TestHouse
    found: Any
    received: list[Received]
    secret: str
    began: datetime

    @property
    def attempts(self) -> list[dict[str, Any]]:
        return list(self.found["attempts"])


@pytest.fixture(scope="module")
async def chain(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Chain]:
    """One chain for all that only look at it: first slowly, then sped up."""
    data = tmp_path_factory.mktemp("chain") / "data"
    async with houses.opened(data, speed=SLOW) as house:
        customer, began = Customer(house.http), datetime.now(UTC)
        endpoint = await customer.endpoint(
            house.receiver.on("/hook", LONG, Answer(500), Answer(200))
        )
        await customer.upload()
        await customer.one(endpoint, "postponed")
        await customer.speed(FAST)
        found = await customer.ended(endpoint, "succeeded")
        received, secret = house.receiver.at("/hook"), await customer.secret(endpoint)
        yield Chain(house, found, received, secret, began)


async def test_a_webhook_that_fails_twice_is_sent_again_after_5_and_300_virtual_seconds(
    chain: Chain,
) -> None:
    delivery, attempts = chain.found["delivery"], chain.attempts
    assert (delivery["state"], delivery["attempts"], delivery["next_at"]) == ("succeeded", 3, None)
    assert each(attempts, "number") == [1, 2, 3]
    assert each(attempts, "trigger") == ["first", "retry", "retry"]
    assert each(attempts, "status") == [500, 500, 200]
    waits = [moment(a["next_at"]) - moment(a["ended_at"]) for a in attempts[:2]]
    assert waits == [timedelta(seconds=5), timedelta(seconds=300)]
    assert each(attempts, "started_at")[1:] == each(attempts, "next_at")[:2]
    assert each(attempts, "next_reason") == ["schedule", "schedule", None]
    assert attempts[2]["next_at"] is None


async def test_all_attempts_of_a_delivery_carry_one_id_and_one_body(chain: Chain) -> None:
    ids = [taken.headers["webhook-id"] for taken in chain.received]
    assert ids == [chain.found["delivery"]["id"]] * 3
    assert {taken.body for taken in chain.received} == {chain.found["body"].encode()}


async def test_every_attempt_of_a_chain_is_signed_anew(chain: Chain) -> None:
    for taken, attempt in zip(chain.received, chain.attempts, strict=True):
        verify(taken, chain.secret)
        stamp = int(taken.headers["webhook-timestamp"])
        assert stamp == int(moment(attempt["wall_at"]).timestamp())
        assert moment(taken.headers["telecine-time"]) == moment(attempt["started_at"])
    virtual = [moment(taken.headers["telecine-time"]) for taken in chain.received]
    assert virtual[2] - virtual[0] >= timedelta(seconds=305)
    assert virtual[2] > chain.received[2].at, "virtual time has run ahead of the wall"


async def test_an_attempt_is_on_record_with_all_that_was_sent(chain: Chain) -> None:
    for attempt, taken in zip(chain.attempts, chain.received, strict=True):
        sent = dict(attempt["request_headers"])
        assert sent.items() <= {name.lower(): v for name, v in taken.headers.items()}.items()
        assert {"webhook-id", "webhook-signature", "telecine-time", "content-type"} <= sent.keys()
        assert attempt["url"] == f"{chain.house.receiver.url}/hook"
        assert f"http://{attempt['address']}" == chain.house.receiver.url
        assert chain.began <= moment(attempt["wall_at"]) <= taken.at


async def test_an_attempt_is_on_record_with_all_that_came(chain: Chain) -> None:
    first, _, last = chain.attempts
    assert (first["error"], first["reason"]) == ("status", "Internal Server Error")
    assert "500" in first["message"]
    assert ["x-why", "busy"] in [
        [name.lower(), value] for name, value in first["response_headers"]
    ]
    assert first["response_body"] == "no!\n" * 4096, "cut at 16 KiB"
    assert each(chain.attempts, "response_truncated") == [True, False, False]
    assert (last["error"], last["message"]) == (None, "")
    assert last["response_body"] == "webhook received\n"


async def test_an_attempt_lasts_as_long_in_virtual_time_as_the_clock_runs_fast(
    chain: Chain,
) -> None:
    for attempt, speed in zip(chain.attempts, (SLOW, FAST, FAST), strict=True):
        assert 0 < attempt["first_byte_ms"] < attempt["duration_ms"]
        lasted = moment(attempt["ended_at"]) - moment(attempt["started_at"])
        assert lasted == timedelta(milliseconds=attempt["duration_ms"] * speed)


async def test_the_stored_event_shows_the_last_answer(chain: Chain) -> None:
    delivery = chain.found["delivery"]

    event = await Customer(chain.house.http).event(delivery["endpoint_id"], delivery["id"])

    assert json.loads(chain.found["body"])["response"] is None
    assert event["response"] == {
        "status_code": 200,
        "status": "200 OK",
        "body": "webhook received\n",
        "message": "webhook event with type video.uploaded succeeded",
    }


async def test_every_attempt_is_told_once_in_the_stream_of_attempts(chain: Chain) -> None:
    news = await told(chain.house, 3)

    types = ["attempt.failed", "attempt.failed", "attempt.succeeded"]
    assert each(news, "type") == types
    assert each(news, "number") == [1, 2, 3]
    assert each(news, "status") == [500, 500, 200]
    assert set(each(news, "delivery_id")) == {chain.found["delivery"]["id"]}
    assert [moment(it["next_at"]) for it in news[:2]] == [
        moment(attempt["next_at"]) for attempt in chain.attempts[:2]
    ]
    assert [moment(it["at"]) for it in news] == [moment(a["ended_at"]) for a in chain.attempts]


async def test_a_platforms_token_is_sent_and_never_kept(house: TestHouse) -> None:
    customer, token = Customer(house.http), "a-token-of-theirs"
    hook = house.receiver.on("/tp", Answer(500), Answer(200))
    endpoint = await customer.tpstreams_endpoint(hook, token)
    await customer.speed(FAST)
    await customer.upload()

    async def all_changes() -> bool:
        return len(await customer.deliveries(state="succeeded")) == 3

    await until(all_changes)
    secret, received = await customer.secret(endpoint), house.receiver.at("/tp")
    assert len(received) == 6, "three changes of status, each sent twice"
    for taken in received:
        assert taken.headers["x-streams-token"] == token
        verify(taken, secret)
        found = await customer.delivery(taken.headers["webhook-id"])
        assert token not in json.dumps(found)
        for attempt in found["attempts"]:
            assert ["x-streams-token", "[redacted]"] in attempt["request_headers"]


async def test_without_retries_a_failed_webhook_is_exhausted_at_once(
    open_house: OpenHouse,
) -> None:
    async with open_house(retries="none") as house:
        customer = Customer(house.http)
        endpoint = await customer.endpoint(house.receiver.on("/hook", Answer(503)))
        video_id = await customer.upload()

        found = await customer.ended(endpoint, "exhausted")
        news = await told(house, 1)

        (attempt,) = found["attempts"]
        assert found["delivery"]["video_id"] == video_id
        assert (found["delivery"]["next_at"], attempt["next_at"]) == (None, None)
        (ended,) = news
        assert (ended["type"], ended["number"]) == ("attempt.exhausted", 1)
        assert (ended["status"], ended["error"]) == (503, "status")
        assert len(house.receiver.at("/hook")) == 1


async def told(house: TestHouse, count: int) -> list[dict[str, Any]]:
    """Wait for so much news in the stream of attempts; answer it with its types and times."""
    assert house.settings.nats_url
    everything = {"seq": 1, "batch": 100, "next_by_subj": ">"}

    async def enough() -> list[Msg]:
        found = await direct_get(bus, "ATTEMPTS", everything)
        return found if len(found) >= count else []

    async with connected(house.settings.nats_url, "test") as bus:
        found: list[Msg] = await until(enough)
    return [
        {**one, "type": fields["ce-type"], "at": fields["ce-time"]}
        for message in found
        for fields, body in [(message.headers or {}, json.loads(message.data))]
        for one in body.get("attempts", [body])
    ]
