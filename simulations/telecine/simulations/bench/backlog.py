"""What is owed: published into JetStream, held back from the workers until it is all there, awaited."""

import asyncio
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from time import perf_counter, time

from telecine.shared.aggregates.endpoint import Active
from telecine.shared.errors import TelecineError
from telecine.shared.sending.owed import Owed, outgoing
from telecine.shared.wire.bus import Bus
from telecine.simulations.bench.bare import BODY

_STREAM = "DELIVERIES"
_TOGETHER = 256
_HELD = timedelta(minutes=30)
#: Beyond the numbers of those that count.
_ASIDE = 2**40
_LET_GO = timedelta(milliseconds=200)
_TYPE = "video.process_succeeded"


@dataclass(frozen=True)
class To:
    """An endpoint that is sent to. `sequence`: its last fact, as far as whoever sends must know it."""

    endpoint: Active
    sequence: int


class Backlog:
    """Makes what is owed, and knows when nothing is left of it. `run` keeps ids from those of others."""

    def __init__(self, bus: Bus, run: int) -> None:
        self._bus = bus
        self._run = run
        self.made = 0  # of those that count
        self._aside = 0

    def owed(self, count: int, to: Sequence[To]) -> Iterator[Owed]:
        """Make deliveries, to one endpoint after the other."""
        for number in range(count):
            self.made += 1
            yield self._owed(self.made, to[number % len(to)])

    def aside(self, count: int, to: Sequence[To]) -> Iterator[Owed]:
        """Make deliveries that do not count, under numbers beyond those that do."""
        for number in range(count):
            self._aside += 1
            yield self._owed(_ASIDE + self._aside, to[number % len(to)])

    def mixed(self, count: int, to: Sequence[To], more: Sequence[To]) -> list[Owed]:
        """Make deliveries, and between them others that do not count, as many for each endpoint."""
        others = self.aside(count * len(more) // len(to), more) if more else iter(())
        found: list[Owed] = []
        for number, each in enumerate(self.owed(count, to)):
            found.append(each)
            if more and number * len(more) % len(to) < len(more):
                found += islice(others, 1)
        return found

    async def publish(self, owed: Iterable[Owed]) -> list[str]:
        """Publish as the fan-out does, as fast as NATS takes them. Answers their ids."""
        waiting, ids = iter(owed), list[str]()
        while group := [outgoing(each) for each in islice(waiting, _TOGETHER)]:
            ids += [each.message_id for each in group]
            await self._bus.publish_all(group)
        return ids

    async def stream(self, owed: Sequence[Owed], rate: float) -> dict[str, float]:
        """Publish at a rate, whether or not NATS has taken those before. Answers when each was."""
        moments: dict[str, float] = {}
        under_way: set[asyncio.Task[object]] = set()
        began = perf_counter()
        for number, each in enumerate(owed):
            ahead = began + number / rate - perf_counter()
            if ahead > 0:
                await asyncio.sleep(ahead)
            moments[each.delivery_id] = time()
            task = asyncio.create_task(self._bus.publish_all([outgoing(each)]))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await asyncio.gather(*under_way)
        return moments

    async def hold(self) -> None:
        """Let the server give the workers nothing, so that what is published piles up."""
        await self._pause(datetime.now(UTC) + _HELD)

    async def release(self) -> None:
        """Let the workers have it; returns at the moment from which they may.

        The server lets a hold that runs out wake those who wait, one that is ended by hand does not.
        """
        end = datetime.now(UTC) + _LET_GO
        await self._pause(end)
        await asyncio.sleep((end - datetime.now(UTC)).total_seconds())

    async def left(self) -> int:
        """Answer how many messages nobody has acknowledged yet."""
        return int((await self._bus.js.stream_info(_STREAM)).state.messages)

    async def done(self, within: float) -> None:
        """Wait until all is acknowledged. Raises TelecineError after `within` seconds."""
        deadline = perf_counter() + within
        while left := await self.left():
            if perf_counter() > deadline:
                raise TelecineError(f"{left} deliveries were not done within {within:g} s")
            await asyncio.sleep(0.01)

    async def _pause(self, until: datetime) -> None:
        for consumer in await self._bus.js.consumers_info(_STREAM):
            subject = f"$JS.API.CONSUMER.PAUSE.{_STREAM}.{consumer.name}"
            body = {"pause_until": until.isoformat()}
            answer = await self._bus.client.request(subject, json.dumps(body).encode(), timeout=5)
            paused = json.loads(answer.data)
            if "error" in paused:
                raise TelecineError(f"NATS does not hold {consumer.name}: {paused['error']}")

    def identity(self, number: int) -> str:
        """Answer the id of the delivery of a number."""
        return f"{self._run:08x}{number:016x}"

    def _owed(self, number: int, to: To) -> Owed:
        profile, now = to.endpoint.profile, datetime.now(UTC)
        return Owed(
            delivery_id=self.identity(number),
            org=profile.org,
            endpoint_id=profile.id,
            endpoint_sequence=to.sequence,
            platform=profile.platform,
            event_id=f"{self._run:08x}{number:024x}",
            event_type=_TYPE,
            event_sequence=number,
            video_id=f"{self._run:08x}{number // 4:024x}",
            at=now,
            matched_at=now,
            correlation_id=f"{self._run:08x}{number:024x}",
            body=BODY,
        )
