"""A killed nats-server forgets what was acknowledged last, and the ids of what is done with: facts are
matched again, and what they are owed is stored once more. Nobody is sent anything twice for that."""

from contextlib import suppress
from pathlib import Path

from nats.js.errors import NotFoundError

from telecine.simulations.receiver import Answer
from tests import rooms as houses
from tests.failpoints import CRASHED
from tests.nats import killed
from tests.rooms import Rooms
from tests.waiting import until

pytestmark = CRASHED

#: What may be matched again: a video's facts, and what the house tells of deliveries.
FORGETFUL = {"VIDEOS": "subscriptions-matching", "ATTEMPTS": "subscriptions-attempts"}


async def acknowledged(rooms: Rooms) -> bool:
    """Whether everything has been matched, and nothing is owed any more."""
    with suppress(NotFoundError):  # it has just been deleted
        for stream, durable in FORGETFUL.items():
            last = (await rooms.bus.js.stream_info(stream)).state.last_seq
            floor = (await rooms.bus.js.consumer_info(stream, durable)).ack_floor
            if floor is None or floor.stream_seq < last:
                return False
        return await rooms.are_at_rest()
    return False


async def test_what_is_matched_again_after_a_kill_of_nats_is_not_sent_again(
    tmp_path: Path,
) -> None:
    async with houses.opened(tmp_path / "data", retries="none") as (rooms, customer):
        told = await customer.endpoint(rooms.receiver.on("/told"))
        await customer.call("PATCH", f"/v1/endpoints/{told}", {"types": ["delivery.exhausted"]})
        await customer.endpoint(rooms.receiver.on("/hook", Answer(500)))
        await customer.upload()
        await rooms.receiver.wait(lambda receiver: len(receiver.at("/told")) == 1)
        await until(lambda: acknowledged(rooms), deadline=30)

        await killed(rooms.server, rooms.bus)
        before = [
            (await rooms.bus.js.consumer_info(stream, durable)).created
            for stream, durable in FORGETFUL.items()
        ]
        for stream, durable in FORGETFUL.items():  # by chance it forgets 0.1 s, and now everything
            await rooms.bus.js.delete_consumer(stream, durable)
        await until(lambda: acknowledged(rooms), deadline=30)

        after = [
            (await rooms.bus.js.consumer_info(stream, durable)).created
            for stream, durable in FORGETFUL.items()
        ]
        assert all(each > earlier for each, earlier in zip(after, before, strict=True))
        assert [len(rooms.receiver.at(path)) for path in ("/hook", "/told")] == [1, 1]
        assert await rooms.problems() == []
