"""The fan-out is in the order of the facts, also when many are matched together."""

from nats.aio.msg import Msg

from telecine.shared.wire.bus import connected
from tests.house import TestHouse
from tests.waiting import until

DEMO = {"authorization": "Bearer demo-key"}
TYPES = ["video.uploaded", "video.process_succeeded"]
UPLOADS = 20


async def upload(house: TestHouse, number: int) -> None:
    body = {"url": f"http://example.com/{number}.mp4", "title": str(number)}
    await house.http.post("/company/client/video/stream/copy", json=body, headers=DEMO)


async def test_what_is_owed_is_published_in_the_order_of_the_log(house: TestHouse) -> None:
    owed: list[tuple[int, str]] = []

    async def note(message: Msg) -> None:
        fields = message.headers or {}
        owed.append((int(fields["telecine-event-sequence"]), message.subject))

    for name in "ab":
        body = {"url": house.receiver.on(f"/{name}"), "events": TYPES}
        await house.http.post("/company/client/webhooks", json=body, headers=DEMO)
    async with connected(str(house.settings.nats_url), "test") as bus:
        await bus.client.subscribe("delivery.requested.>", cb=note)
        await bus.client.flush()

        for number in range(UPLOADS):
            await upload(house, number)
        await until(lambda: len(owed) == 2 * len(TYPES) * UPLOADS, deadline=30)

    positions = [position for position, _ in owed]
    assert positions == sorted(positions)
    assert len(set(owed)) == len(owed)
