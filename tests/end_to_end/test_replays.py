"""Sent again on request: what failed since a time, and everything of a range, as durable work."""

from typing import Any

import httpx
import pytest
from sqlalchemy import update
from sqlmodel import col

from telecine.shared.tables.database import opened
from telecine.simulations.receiver import Answer
from telecine.simulations.verify.house import verifier
from telecine.subscriptions import replaying
from telecine.subscriptions.replays import Replays
from telecine.subscriptions.schema import SCHEMA
from telecine.subscriptions.tables import ReplayRow
from tests import rooms as houses
from tests.customer import BEARER, Customer
from tests.end_to_end.conftest import failpoints
from tests.failpoints import CRASHED, Effect, Failpoints, How
from tests.house import OpenHouse, TestHouse
from tests.waiting import until

__all__ = ["failpoints"]

SINCE = {"since": "2020-01-01T00:00:00Z"}
COUNT = 6
#: Seconds that a receiver takes which keeps others waiting.
SLOW = 0.5


async def begun(customer: Customer, endpoint_id: str, kind: str, **wish: Any) -> dict[str, Any]:
    path = f"/v1/endpoints/{endpoint_id}/{kind}"
    return dict(await customer.call("POST", path, {**SINCE, **wish}, status=202))


async def done(customer: Customer, replay_id: str) -> dict[str, Any]:
    """Wait until one is at its end; answer it."""

    async def at_end() -> Any:
        found = await customer.call("GET", f"/v1/replays/{replay_id}")
        return found if found["state"] == "done" else None

    return dict(await until(at_end, deadline=30))


async def failed_uploads(customer: Customer, endpoint_id: str, count: int = COUNT) -> None:
    """Upload videos; wait until what is owed of them has ended badly."""
    for _ in range(count):
        await customer.upload()
    await until(lambda: are(customer, endpoint_id, "exhausted", count), deadline=30)


async def are(customer: Customer, endpoint_id: str, state: str, count: int) -> bool:
    found = await customer.deliveries(endpoint_id=endpoint_id, state=state)
    return len(found) == count


async def are_owed(customer: Customer, endpoint_id: str, count: int) -> bool:
    return len(await customer.deliveries(endpoint_id=endpoint_id)) == count


async def test_what_has_failed_since_is_sent_again_once(open_house: OpenHouse) -> None:
    async with open_house(retries="none") as house:
        customer = Customer(house.http)
        endpoint = await customer.endpoint(house.receiver.on("/hook", Answer(500), Answer()))
        await failed_uploads(customer, endpoint)

        replay = await begun(customer, endpoint, "recover")
        ended = await done(customer, replay["id"])

        counts = (ended["found"], ended["requested"], ended["done"])
        assert counts == (COUNT, COUNT, COUNT)
        await until(lambda: are(customer, endpoint, "succeeded", COUNT))
        assert len(house.receiver.received) == 2 * COUNT
        listed = await customer.call("GET", "/v1/replays", params={"endpoint_id": endpoint})
        assert [each["id"] for each in listed["replays"]] == [replay["id"]]


async def test_what_failed_outside_the_range_is_left_alone(open_house: OpenHouse) -> None:
    async with open_house(retries="none") as house:
        customer = Customer(house.http)
        endpoint = await customer.endpoint(house.receiver.on("/hook", Answer(500), Answer()))
        await failed_uploads(customer, endpoint, 1)

        replay = await begun(customer, endpoint, "recover", until="2020-01-02T00:00:00Z")
        ended = await done(customer, replay["id"])

        assert ended["found"] == 0
        assert len(house.receiver.received) == 1


async def test_a_test_that_failed_is_not_sent_again(open_house: OpenHouse) -> None:
    async with open_house(retries="none") as house:
        customer = Customer(house.http)
        endpoint = await customer.endpoint(house.receiver.on("/hook", Answer(500)))
        await customer.call("POST", f"/v1/endpoints/{endpoint}/test", status=202)
        await customer.upload()
        await until(lambda: are(customer, endpoint, "exhausted", 2), deadline=30)

        ended = await done(customer, (await begun(customer, endpoint, "recover"))["id"])

        assert ended["found"] == ended["requested"] == 1
        assert len(house.receiver.received) == 3


async def test_the_same_request_is_the_same_recovery(open_house: OpenHouse) -> None:
    async with open_house() as house:
        customer = Customer(house.http)
        endpoint = await customer.endpoint(house.receiver.on("/hook"))
        headers = {**BEARER, "idempotency-key": "recover-1"}
        path = f"/v1/endpoints/{endpoint}/recover"

        answers = [await house.http.post(path, json=SINCE, headers=headers) for _ in range(2)]

        assert [each.status_code for each in answers] == [202, 202]
        assert answers[0].json()["id"] == answers[1].json()["id"]


async def test_a_cancelled_one_asks_for_no_more(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "MOST_WAITING", 0)  # so it cannot begin
    async with open_house(retries="none") as house:
        customer = Customer(house.http)
        endpoint = await customer.endpoint(house.receiver.on("/hook", Answer(500), Answer()))
        await failed_uploads(customer, endpoint, 1)
        replay = await begun(customer, endpoint, "recover")

        cancelled = await customer.call("POST", f"/v1/replays/{replay['id']}/cancel")
        monkeypatch.setattr(replaying, "MOST_WAITING", 200)
        other = await begun(customer, endpoint, "recover", until="2020-01-02T00:00:00Z")
        await done(customer, other["id"])  # by now it would have been worked on

        assert (cancelled["state"], cancelled["why"]) == ("cancelled", "asked")
        shown = await customer.call("GET", f"/v1/replays/{replay['id']}")
        assert (shown["state"], shown["requested"]) == ("cancelled", 0)
        assert len(house.receiver.received) == 1


async def test_a_replay_brings_what_an_endpoint_never_was_owed_and_the_rest_again(
    open_house: OpenHouse,
) -> None:
    async with open_house() as house:
        customer = Customer(house.http)
        endpoint = await customer.endpoint(house.receiver.on("/hook"))
        witness = await customer.endpoint(house.receiver.on("/witness"))
        told = await customer.upload()
        await until(lambda: are(customer, endpoint, "succeeded", 1))
        await customer.switch(endpoint, active=False)
        missed = [await customer.upload() for _ in range(COUNT)]
        # Else what is matched late would be owed to it after all.
        await until(lambda: are_owed(customer, witness, COUNT + 1), deadline=30)
        await customer.switch(endpoint, active=True)

        replay = await begun(customer, endpoint, "replay")
        ended = await done(customer, replay["id"])

        assert (ended["found"], ended["requested"], ended["done"]) == (COUNT + 1,) * 3
        await until(lambda: are(customer, endpoint, "succeeded", COUNT + 1))
        ids = [each.headers["webhook-id"] for each in house.receiver.at("/hook")]
        assert (len(ids), len(set(ids))) == (COUNT + 2, COUNT + 1)
        deliveries = await customer.deliveries(endpoint_id=endpoint)
        assert {each["video_id"] for each in deliveries} == {told, *missed}
        triggers = {
            each["video_id"]: [
                attempt["trigger"] for attempt in (await customer.delivery(each["id"]))["attempts"]
            ]
            for each in deliveries
        }
        assert triggers[told] == ["first", "replay"]
        async with verifier(house.settings) as verify:
            assert (await verify.until_clean(patience=10)).problems == []


async def test_a_replay_of_some_types_leaves_out_the_others(open_house: OpenHouse) -> None:
    async with open_house() as house:
        customer = Customer(house.http)
        hook = house.receiver.on("/hook")
        endpoint = await customer.endpoint(hook, "video.uploaded", "video.process_succeeded")
        await customer.upload()
        await until(lambda: are(customer, endpoint, "succeeded", 2))

        wish = {"types": ["video.process_succeeded"]}
        ended = await done(customer, (await begun(customer, endpoint, "replay", **wish))["id"])

        assert ended["requested"] == 1
        await until(lambda: len(house.receiver.received) == 3)
        assert house.receiver.received[-1].json()["type"] == "video.process_succeeded"


async def test_what_waits_for_another_is_not_counted_as_its_own(open_house: OpenHouse) -> None:
    async with open_house(retries="none") as house:
        customer = Customer(house.http)
        endpoint = await customer.endpoint(house.receiver.on("/hook", Answer(500)))
        await failed_uploads(customer, endpoint)
        house.receiver.on("/hook", Answer(delay=SLOW))  # so what is asked for waits

        begun_ = [await begun(customer, endpoint, kind) for kind in ("recover", "replay")]
        seen: list[dict[str, Any]] = []

        async def both_ended() -> bool:
            shown = (await customer.call("GET", "/v1/replays"))["replays"]
            seen.extend(shown)
            return all(each["state"] == "done" for each in shown)

        await until(both_ended, deadline=30)
        for replay in begun_:
            steps = [each["done"] for each in seen if each["id"] == replay["id"]]
            assert steps == sorted(steps)
            assert (steps[0], steps[-1]) == (0, COUNT)


async def test_a_replay_that_cannot_go_on_keeps_no_other_back(open_house: OpenHouse) -> None:
    async with open_house() as house:
        customer = Customer(house.http)
        endpoint = await customer.endpoint(house.receiver.on("/hook"))
        await customer.upload()
        await until(lambda: are(customer, endpoint, "succeeded", 1))
        stuck = await begun(customer, endpoint, "recover")
        await done(customer, stuck["id"])
        await put_back(house, stuck["id"], cursor="nowhere:")

        replay = await begun(customer, endpoint, "replay")

        assert (await done(customer, replay["id"]))["requested"] == 1
        shown = await customer.call("GET", f"/v1/replays/{stuck['id']}")
        assert shown["state"] == "running"


async def test_a_recovery_whose_cursor_is_of_another_version_begins_anew(
    open_house: OpenHouse,
) -> None:
    async with open_house(retries="none") as house:
        customer = Customer(house.http)
        endpoint = await customer.endpoint(house.receiver.on("/hook", Answer(500)))
        await failed_uploads(customer, endpoint)
        recovery = await begun(customer, endpoint, "recover")
        await done(customer, recovery["id"])

        await put_back(house, recovery["id"], cursor="records:exhausted 69a42a7c3742")
        await done(customer, recovery["id"])

        assert len(house.receiver.received) == 2 * COUNT, "each was sent again once"


async def put_back(house: TestHouse, replay_id: str, cursor: str) -> None:
    """Let a replay that has ended run on from another place."""
    of_it = update(ReplayRow).where(col(ReplayRow.id) == replay_id)
    async with (
        opened(house.settings.database("subscriptions"), SCHEMA) as database,
        database.engine.begin() as connection,
    ):
        await connection.execute(of_it.values(state="running", cursor=cursor))


async def test_an_endpoint_that_is_deleted_ends_its_replay(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "MOST_WAITING", 0)  # so it cannot be done before
    async with open_house(retries="none") as house:
        customer = Customer(house.http)
        endpoint = await customer.endpoint(house.receiver.on("/hook"))
        await customer.upload()
        replay = await begun(customer, endpoint, "replay")

        await customer.delete(endpoint)

        async def cancelled() -> Any:
            found = await customer.call("GET", f"/v1/replays/{replay['id']}")
            return found if found["state"] == "cancelled" else None

        assert (await until(cancelled))["why"] == "endpoint_deleted"


@pytest.mark.parametrize(
    ("kind", "body", "field"),
    [
        ("recover", {}, "since"),
        ("recover", {"since": "2020-01-01T00:00:00"}, "since"),
        ("recover", {"since": "2999-01-01T00:00:00Z"}, "since"),
        ("replay", {**SINCE, "until": "2019-01-01T00:00:00Z"}, "since"),
        ("replay", {**SINCE, "until": "soon"}, "until"),
        ("replay", {**SINCE, "types": ["video.eaten"]}, "types"),
        ("replay", {**SINCE, "types": []}, "types"),
        ("replay", {**SINCE, "types": ["video.uploaded", "delivery.exhausted"]}, "types"),
        ("replay", {**SINCE, "types": ["endpoint.*"]}, "types"),
        ("replay", {**SINCE, "types": ["video.deleted"]}, "types"),
        ("replay", {"since": "2998-01-01T00:00:00Z", "until": "2999-01-01T00:00:00Z"}, "since"),
        ("recover", {**SINCE, "types": ["video.uploaded"]}, "types"),
    ],
)
async def test_a_wish_that_cannot_be_had_names_its_field(
    asked: httpx.AsyncClient, kind: str, body: dict[str, Any], field: str
) -> None:
    endpoint = await Customer(asked).endpoint("http://127.0.0.1:9/hook")
    path = f"/v1/endpoints/{endpoint}/{kind}"

    answer = await asked.post(path, json=body, headers=BEARER)

    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["field"] == field
    assert answer.json()["error"]["message"]


async def test_a_replay_goes_up_to_now_at_most_and_says_so(asked: httpx.AsyncClient) -> None:
    customer = Customer(asked)
    endpoint = await customer.endpoint("http://127.0.0.1:9/hook")

    replay = await begun(customer, endpoint, "replay", until="2999-01-01T00:00:00Z")

    assert replay["until"] == replay["created_at"]


async def test_an_endpoint_that_gets_nothing_has_no_replay(asked: httpx.AsyncClient) -> None:
    customer = Customer(asked)
    endpoint = await customer.endpoint("http://127.0.0.1:9/hook")
    await customer.switch(endpoint, active=False)

    for endpoint_id, status in ((endpoint, 409), ("nobody", 404)):
        path = f"/v1/endpoints/{endpoint_id}/replay"
        assert (await asked.post(path, json=SINCE, headers=BEARER)).status_code == status
    assert (await asked.get("/v1/replays/none", headers=BEARER)).status_code == 404


@pytest.fixture(scope="module")
async def asked(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One house for all questions that come to nothing."""
    from tests import house as whole

    async with whole.opened(tmp_path_factory.mktemp("asked") / "data") as opened:
        yield opened.http


MOMENTS = {
    "failures asked for": Effect(
        replaying, "call", lambda _, wish: wish.name == "delivery.resend"
    ),
    "cursor moved": Effect(Replays, "move"),
}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("how", ["stops", "raises"])
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("effect", list(MOMENTS), ids=lambda name: name.replace(" ", "_"))
async def test_a_recovery_outlives_who_works_on_it(
    tmp_path: Any, failpoints: Failpoints, effect: str, moment: Any, how: How
) -> None:
    async with houses.opened(tmp_path / "data", retries="none") as (rooms, customer):
        hook = rooms.receiver.on("/hook", Answer(500), Answer())
        endpoint = await customer.endpoint(hook)
        await failed_uploads(customer, endpoint)
        failpoint = failpoints.set(MOMENTS[effect], moment, how)

        replay = await begun(customer, endpoint, "recover")
        await until(failpoint.reached.is_set)
        if how == "stops":
            await rooms.stop("subscriptions")
            await rooms.start("subscriptions")
        ended = await done(customer, replay["id"])

        assert ended["requested"] == ended["done"] == COUNT
        await until(lambda: are(customer, endpoint, "succeeded", COUNT))
        assert len(rooms.receiver.received) == 2 * COUNT, "each was sent again once"
        assert await rooms.problems() == []


pytestmark = CRASHED
