"""A pull may hand over what waits in groups: in order, none skipped, a broken one given up alone."""

from nats.aio.msg import Msg

from telecine.shared.errors import BrokenMessage
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.pull import Pull
from tests.shared.work import is_left, number_of, offer
from tests.waiting import until


class Groups:
    """Handles groups, noting each, and fails as it is told."""

    def __init__(self, bus: Bus, *, fail_once_at: int = 0, broken: int = 0) -> None:
        self.bus = bus
        self.seen: list[list[int]] = []
        self.done: list[int] = []
        self._fail_once_at = fail_once_at
        self._broken = broken

    async def handle(self, group: list[Msg]) -> None:
        numbers = [number_of(message) for message in group]
        self.seen.append(numbers)
        if self._broken in numbers:
            raise BrokenMessage(f"{self._broken} cannot be read")
        if self._fail_once_at in numbers:
            self._fail_once_at = 0
            raise RuntimeError("not yet")
        for message in group:
            await self.bus.ack(message)
        self.done += numbers

    def pull(self, linger: float = 0.0) -> Pull:
        return Pull(
            self.bus, "DUE", "test-due", ["due.test.>"], self.handle, most=8, linger=linger
        )


async def test_what_waits_is_handed_over_together_and_in_order(bus: Bus) -> None:
    groups = Groups(bus)
    await offer(bus, *range(1, 51))

    async with groups.pull().running():
        await until(lambda: len(groups.done) == 50)

    assert groups.done == list(range(1, 51))
    assert max(map(len, groups.seen)) > 1
    assert max(map(len, groups.seen)) <= 8


async def test_a_pull_that_lingers_takes_what_follows_into_the_same_group(bus: Bus) -> None:
    groups = Groups(bus)

    async with groups.pull(linger=3.0).running():  # on a busy machine, one second was too short
        await offer(bus, 1)
        await offer(bus, 2, 3)
        await until(lambda: len(groups.done) == 3)

    assert groups.seen == [[1, 2, 3]]


async def test_a_group_that_fails_is_handed_over_again_before_what_follows(bus: Bus) -> None:
    groups = Groups(bus, fail_once_at=3)
    await offer(bus, *range(1, 21))

    async with groups.pull().running():
        await until(lambda: len(groups.done) == 20)

    assert groups.done == list(range(1, 21))


async def test_of_a_group_only_the_broken_message_is_given_up(bus: Bus) -> None:
    groups = Groups(bus, broken=3)
    await offer(bus, *range(1, 21))

    async with groups.pull().running():
        await until(lambda: len(groups.done) == 19)

    await until(lambda: is_left(bus, 0))
    assert groups.done == [number for number in range(1, 21) if number != 3]
