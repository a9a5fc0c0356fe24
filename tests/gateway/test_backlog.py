"""`/v1/endpoints/{id}/backlog`: held for an endpoint that is off, shown, and given up by its owner."""

from telecine.simulations.receiver import Answer
from tests.customer import Customer
from tests.gateway.test_control import DEMO, OTHER, get
from tests.house import OpenHouse


async def test_a_backlog_is_shown_and_given_up_by_its_owner_alone(open_house: OpenHouse) -> None:
    async with open_house(speed=0) as house:
        customer = Customer(house.http)
        endpoint_id = await customer.endpoint(house.receiver.on("/hook", Answer(500)))
        await customer.upload()
        await customer.one(endpoint_id, "postponed")
        await customer.switch(endpoint_id, active=False)
        await customer.speed(1000)
        held = await customer.one(endpoint_id, "parked")
        path = f"/v1/endpoints/{endpoint_id}/backlog"

        shown = await get(house, path)
        early = {"before": held["created_at"]}
        none = await house.http.post(f"{path}/discard", json=early, headers=DEMO)
        wrong = await house.http.post(f"{path}/discard", json={"before": "soon"}, headers=DEMO)
        theirs = await house.http.post(f"{path}/discard", headers=OTHER)
        unseen = await house.http.get(path, headers=OTHER)
        gone = await house.http.post(f"{path}/discard", headers=DEMO)
        after = await get(house, path)
        ended = await customer.delivery(held["id"])

        assert (shown["parked"], shown["by_reason"]) == (1, {"disabled": 1})
        assert shown["oldest_at"] == held["created_at"]
        assert shown["oldest_age_seconds"] > 0
        assert none.json() == {"discarded": 0, "left": 0, "resends": 0}
        assert (wrong.status_code, wrong.json()["error"]["field"]) == (400, "before")
        assert (theirs.status_code, unseen.status_code) == (404, 404)
        assert gone.json() == {"discarded": 1, "left": 0, "resends": 0}
        assert (after["parked"], after["oldest_at"]) == (0, None)
        assert ended["delivery"]["state"] == "discarded"
        assert ended["delivery"]["ended"] == "discarded_by_owner"
        assert len(house.receiver.at("/hook")) == 1
