"""The fan-out is in the order of the facts, also when many are matched together."""

from tests.house import TestHouse
from tests.waiting import until

DEMO = {"authorization": "Bearer demo-key"}
TYPES = ["video.uploaded", "video.process_succeeded"]


async def test_owed_deliveries_are_stored_in_the_order_of_the_log(house: TestHouse) -> None:
    hooks = [house.receiver.on(f"/{name}") for name in "ab"]
    for hook in hooks:
        body = {"url": hook, "events": TYPES}
        await house.http.post("/company/client/webhooks", json=body, headers=DEMO)
    await house.http.put("/v1/clock", json={"speed": 1}, headers=DEMO)

    for number in range(20):
        body = {"url": f"http://example.com/{number}.mp4", "title": str(number)}
        await house.http.post("/company/client/video/stream/copy", json=body, headers=DEMO)
    await house.receiver.wait(lambda receiver: len(receiver.received) == 80, deadline=30)

    async def listed() -> list[dict[str, str]] | None:
        answer = await house.http.get("/v1/deliveries", params={"limit": 200}, headers=DEMO)
        rows = answer.json()["deliveries"]
        return rows if len(rows) == 80 else None

    rows = await until(listed)
    events = (await house.http.get("/v1/events", params={"limit": 200}, headers=DEMO)).json()
    order = {event["id"]: event["position"] for event in events["events"]}
    positions = [order[row["event_id"]] for row in rows]

    assert positions == sorted(positions, reverse=True)
    assert len({(row["event_id"], row["endpoint_id"]) for row in rows}) == 80
