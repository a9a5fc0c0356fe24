"""Several addresses of one host: who is tried when, how many at once, and what becomes of the others."""

import asyncio
import gc
from functools import partial
from typing import Any

import pytest

from telecine.delivery import racing
from telecine.delivery.racing import ABREAST, first_of
from tests.waiting import until


class Address:
    """An address that is mute until it is let go; then it answers, or fails."""

    def __init__(self, house: list["Address"], failure: OSError | None = None) -> None:
        self._house = house
        self.failure = failure
        self.let_go = asyncio.Event()
        self.stands = False
        self.given_up = False

    async def make(self) -> None:
        self._house.append(self)
        try:
            await self.let_go.wait()
        finally:
            self._house.remove(self)
        if self.failure is not None:
            raise self.failure

    def give_up(self) -> bool:
        self.given_up = self in self._house and not self.stands
        return self.given_up


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(racing, "HEAD_START", 0.01)


async def test_of_many_mute_addresses_two_are_tried_at_a_time_and_each_has_its_turn() -> None:
    trying: list[Address] = []
    addresses = [Address(trying) for _ in range(8)]
    racing_ = asyncio.create_task(first_of(addresses))
    seen: set[int] = set()
    for each in addresses:
        await until(partial(trying.__contains__, each))
        seen.add(len(trying))
    await until(lambda: trying == addresses[-ABREAST:])
    addresses[-2].let_go.set()

    await racing_

    assert max(seen) <= ABREAST
    assert [each.given_up for each in addresses] == [True] * 6 + [False] * 2
    assert trying == []


async def test_one_that_stands_already_is_not_ended_for_the_next() -> None:
    trying: list[Address] = []
    addresses = [Address(trying) for _ in range(3)]
    racing_ = asyncio.create_task(first_of(addresses))
    await until(lambda: trying)
    addresses[0].stands = True
    await until(lambda: trying == addresses[:2])
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5 * racing.HEAD_START):
            await asyncio.shield(racing_)
    addresses[0].let_go.set()

    await racing_

    assert not any(each.given_up for each in addresses)


async def test_last_failure_is_told_even_if_older_tries_were_ended() -> None:
    trying: list[Address] = []
    mute = [Address(trying) for _ in range(2)]
    dead = [Address(trying, ConnectionRefusedError("refused")) for _ in range(3)]
    for each in dead:
        each.let_go.set()
    racing_ = asyncio.create_task(first_of([*mute, *dead]))
    await until(lambda: trying == mute[1:] and mute[0].given_up)
    mute[1].failure = ConnectionResetError("reset")
    mute[1].let_go.set()

    with pytest.raises(ConnectionResetError):
        await racing_


async def test_failure_beside_a_success_is_not_left_to_the_garbage_collector() -> None:
    told: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: told.append(context))
    for turn in range(10):
        trying: list[Address] = []
        good, bad = Address(trying), Address(trying, OSError("refused"))
        both = [good, bad] if turn % 2 else [bad, good]
        racing_ = asyncio.create_task(first_of(both))
        await until(partial(trying.__contains__, both[1]), poll=0)
        good.let_go.set()
        bad.let_go.set()
        await racing_
        del racing_
    gc.collect()

    assert told == []
