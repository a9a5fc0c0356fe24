"""The run of a house: from one reset to the next. A marker that outlives it says where a reset stands.

While the house runs, everybody is `in`. A reset first has all leave (and may still be called off),
then empty their tables, and then enter the next run. Each copy says by its signs how far it follows.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Literal

from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from telecine.shared.errors import Conflict
from telecine.shared.events import Wire
from telecine.shared.log.eventlog import direct_get
from telecine.shared.wire.answers import Expect, WrongSequence
from telecine.shared.wire.bus import Bus

Phase = Literal["running", "leaving", "emptying"]
Place = Literal["entering", "in", "left", "emptied"]

SUBJECT = "lease.run"
STREAM = "LEASES"
#: Seconds between two signs of a copy, and after which one that gives none counts as gone.
PERIOD = 0.4
GONE_AFTER = 5.0


class Marker(Wire):
    """Where the house stands: which run it is, and the step of the reset that copy `by` leads."""

    run: int = 1
    phase: Phase = "running"
    by: str = ""


class Sign(Wire):
    """Where one copy of a service stands."""

    service: str
    instance: str
    run: int
    place: Place


async def read_marker(bus: Bus) -> tuple[Marker, int]:
    """Answer the marker and its position. Raises Unavailable."""
    found = await direct_get(bus, STREAM, {"last_by_subj": SUBJECT})
    if not found:
        return Marker(), 0
    position = int((found[0].headers or {})["Nats-Sequence"])
    return Marker.model_validate_json(found[0].data), position


async def write_marker(bus: Bus, marker: Marker, after: int) -> int:
    """Move the house on; answers the marker's position. Raises Conflict if somebody else did."""
    body = marker.model_dump_json().encode()
    try:
        return (await bus.publish(SUBJECT, body, expect=Expect(after, SUBJECT))).sequence
    except WrongSequence as error:
        raise Conflict("another reset has moved the house on") from error


async def sign(bus: Bus, mine: Sign) -> None:
    """Say where a copy stands; not stored."""
    if bus.is_connected:
        try:
            subject = f"run.sign.{mine.service}.{mine.instance}"
            await bus.client.publish(subject, mine.model_dump_json().encode())
        except NatsError:
            return


class Census:
    """Everybody's last signs, as one copy hears them."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._last: dict[str, tuple[float, Sign]] = {}
        self._heard = asyncio.Event()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Census"]:
        subscription = await self._bus.client.subscribe("run.sign.*.*", cb=self._take)
        try:
            yield self
        finally:
            if self._bus.is_connected:
                await subscription.unsubscribe()

    def alive(self) -> list[Sign]:
        """Answer the last sign of every copy that is not gone."""
        oldest = monotonic() - GONE_AFTER
        return [sign for at, sign in self._last.values() if at >= oldest]

    async def settled(self) -> list[Sign]:
        """Answer everybody alive, once we have listened long enough to have heard all."""
        await asyncio.sleep(2.5 * PERIOD)
        return self.alive()

    async def missing(
        self, is_there: Callable[[Sign], bool], *, wanted: set[str], patience: float
    ) -> list[str]:
        """Wait until everybody alive, and all `wanted` services, are where they should be.

        Answers who is not after `patience` seconds.
        """
        deadline = monotonic() + patience
        while late := self._late(is_there, wanted):
            left = deadline - monotonic()
            if left <= 0:
                return late
            self._heard.clear()
            try:
                async with asyncio.timeout(min(left, PERIOD)):
                    await self._heard.wait()
            except TimeoutError:
                continue
        return []

    def _late(self, is_there: Callable[[Sign], bool], wanted: set[str]) -> list[str]:
        alive = self.alive()
        late = [f"{each.service} {each.instance}" for each in alive if not is_there(each)]
        return sorted([*late, *(wanted - {each.service for each in alive})])

    async def _take(self, message: Msg) -> None:
        try:
            found = Sign.model_validate(json.loads(message.data))
        except ValueError:
            return
        self._last[found.instance] = (monotonic(), found)
        self._heard.set()
