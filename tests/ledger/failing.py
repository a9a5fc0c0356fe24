"""Striking in process: delivery is stopped, or gets an exception, between two of its effects."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, get_args

from telecine.shared.tables.database import opened
from tests import rooms as houses
from tests.failpoints import Failpoints, How, Moment, armed
from tests.ledger.door import customer_at
from tests.ledger.faults import plan
from tests.ledger.points import EFFECTS, WITHIN
from tests.ledger.reading import hear_owed
from tests.ledger.receivers import Receivers
from tests.ledger.run import Ground, Result, Run, run
from tests.rooms import Rooms

#: So fast that a delivery's first retries come within a tenth of a second.
SPEED = 20_000
#: Seconds of an attempt.
TIMEOUT = 1.0
#: How often a seed strikes twice.
SECOND = 0.4
_WAYS: tuple[How, ...] = get_args(How)
_MOMENTS: tuple[Moment, ...] = get_args(Moment)


@dataclass(frozen=True)
class Strike:
    """Delivery is struck at one of its effects, once; the first `skip` calls of it pass."""

    how: How
    moment: Moment
    effect: str
    skip: int = 0

    def __str__(self) -> str:
        return f"{self.how} {self.moment} {self.effect} {self.skip}"


def _points() -> list[Strike]:
    """Answer every effect, before and after it, in each way in which it may be struck there."""
    return [
        Strike(how, moment, effect)
        for effect in sorted(EFFECTS)
        for moment in _MOMENTS
        for how in _WAYS
        if how == "raises" or effect not in WITHIN
    ]


#: Where delivery may be struck.
POINTS = _points()


def strikes(seed: int) -> list[Strike]:
    """Answer what a seed decides; another effect to choose from makes it decide otherwise.

    Each point is a seed's turn, so that as many seeds as there are points try all of them. The turns
    move on by one each time around: a seed's parity is its database.
    """
    random = Random(f"failpoints {seed}")
    rounds, turn = divmod(seed, len(POINTS))
    first = replace(POINTS[(turn + rounds) % len(POINTS)], skip=_skip(random))
    return [first, _strike(random)] if random.random() < SECOND else [first]


def _strike(random: Random) -> Strike:
    name, how, moment = (
        random.choice(sorted(EFFECTS)),
        random.choice(_WAYS),
        random.choice(_MOMENTS),
    )
    how = "raises" if name in WITHIN else how
    return Strike(how, moment, name, _skip(random))


def _skip(random: Random) -> int:
    return random.choice((0, 0, 1, 2, 5))


class Failing:
    """A house in this process, and seeds that are run in it."""

    def __init__(self, rooms: Rooms, ground: Ground) -> None:
        self._rooms = rooms
        self._ground = ground

    async def run(self, seed: int, *struck: Strike) -> Result:
        """Run a seed, struck as it decides or as is said."""
        planned = struck or strikes(seed)
        with armed() as points:

            async def strike(its: Run) -> None:
                for each in planned:
                    await self._strike(its, each, points)

            result = await run(self._ground, plan(seed), strike)
        return replace(result, kind="failpoints", planned=len(planned))

    async def _strike(self, its: Run, strike: Strike, points: Failpoints) -> None:
        effect = replace(EFFECTS[strike.effect], skip=strike.skip)
        await points.set(effect, strike.moment, strike.how).reached.wait()
        await its.unbroken(self._crash(its, str(strike), strike.how))

    async def _crash(self, its: Run, what: str, how: How) -> None:
        if how == "raises":
            async with its.killing(what, most=1):
                return
        async with its.killing(what):
            await self._rooms.stop("delivery")
        await self._rooms.start("delivery")


@asynccontextmanager
async def failing(data: Path, **settings: Any) -> AsyncIterator[Failing]:
    """Run a house while the block lasts."""
    async with AsyncExitStack() as stack:
        house = houses.opened(data, speed=SPEED, timeout=TIMEOUT, **settings)
        rooms, at_door = await stack.enter_async_context(house)
        customer = await stack.enter_async_context(customer_at(str(at_door.http.base_url)))
        receivers = Receivers()
        await stack.enter_async_context(receivers.listening())
        url = rooms.settings.database("delivery")
        database = await stack.enter_async_context(opened(url, []))
        yield Failing(
            rooms, Ground(rooms.bus, customer, receivers, database, await hear_owed(rooms.bus))
        )
