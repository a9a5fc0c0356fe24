"""`bench fanout`: the fan-out (match, render, publish) beside the bare publishing of equal messages.

One process and a nats-server of its own: facts are in the log, endpoints in the view, nobody delivers.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Literal

from telecine.shared.aggregates import video
from telecine.shared.aggregates.endpoint import Active, Profile
from telecine.shared.aggregates.signing_keys import SigningKey
from telecine.shared.copies.lease import candidate
from telecine.shared.events import Stamp
from telecine.shared.events.endpoint import EndpointSettings, Subscription
from telecine.shared.events.video import Opening, Source, VideoUploaded
from telecine.shared.ids import object_id, uuid_of
from telecine.shared.log.envelope import Trace
from telecine.shared.log.eventlog import EventLog, Loaded, direct_get
from telecine.shared.log.kinds import VIDEO
from telecine.shared.tables.database import Database, opened
from telecine.shared.tables.schema import folded
from telecine.shared.time.virtual_time import VirtualClock
from telecine.shared.wire.bus import Bus, connected
from telecine.shared.wire.pipelining import Outgoing, head_of
from telecine.shared.wire.streams import bootstrap
from telecine.simulations.nats_server import EmbeddedNats
from telecine.subscriptions.fan_out import FanOut
from telecine.subscriptions.matching import TOGETHER
from telecine.subscriptions.schema import SCHEMA
from telecine.subscriptions.view import EndpointView

Ordering = Literal["none", "video", "endpoint"]

_ORG, _AT = "bench", datetime(2026, 1, 1, tzinfo=UTC)
_WARM_UP = 5
#: Seconds: until a run is given up, and between two looks at how far it is.
_PATIENCE, _LOOK = 120.0, 0.02


@dataclass(frozen=True)
class Fanout:
    """One run. Rates are medians of the rounds, `ratio` that of each round's; processor time is this
    process's, without the server's."""

    deliveries_per_second: float
    events_per_second: float
    bare_per_second: float
    ratio: float
    cpu_us_per_delivery: float
    bare_cpu_us: float
    endpoints: int
    events: int
    ordering: Ordering


@dataclass(frozen=True)
class _Round:
    seconds: float
    cpu: float


async def measure(events: int, endpoints: int, rounds: int, ordering: Ordering) -> Fanout:
    """Fan `events` facts out to `endpoints` endpoints, several times, each beside the bare publishing."""
    with TemporaryDirectory() as folder:
        async with _bench(Path(folder), endpoints, ordering) as bench:
            await bench.round(_WARM_UP)
            found = [await bench.round(events) for _ in range(rounds)]
    owed = events * endpoints
    whole = median(each.seconds for each, _ in found)
    return Fanout(
        deliveries_per_second=owed / whole,
        events_per_second=events / whole,
        bare_per_second=owed / median(bare.seconds for _, bare in found),
        ratio=median(bare.seconds / each.seconds for each, bare in found),
        cpu_us_per_delivery=median(each.cpu for each, _ in found) / owed * 1e6,
        bare_cpu_us=median(bare.cpu for _, bare in found) / owed * 1e6,
        endpoints=endpoints,
        events=events,
        ordering=ordering,
    )


@dataclass
class _Bench:
    bus: Bus
    database: Database
    endpoints: int
    videos: int = 0

    async def round(self, events: int) -> tuple[_Round, _Round]:
        """Answer what the fan-out took, and what the bare publishing of its messages did."""
        await self._upload(events)
        owed = events * self.endpoints
        whole = await _timed(lambda: self._fan_out(owed))
        messages = await self._owed(owed)
        await self.bus.js.purge_stream("DELIVERIES")
        bare = await _timed(lambda: self._bare(messages))
        await self.bus.js.purge_stream("DELIVERIES")
        return whole, bare

    async def _upload(self, count: int) -> None:
        log = EventLog(self.bus, VIDEO)
        for number in range(self.videos, self.videos + count):
            stamp = Stamp(_ORG, uuid_of("bench", number), _AT)
            trace = Trace("bench", f"bench-{number}")
            await log.append(Loaded(video.INITIAL, 0, 0, None), _fact(number), stamp, trace)
        self.videos += count

    async def _fan_out(self, owed: int) -> None:
        fan_out = FanOut(
            self.bus, self.database, VirtualClock(self.bus), name="bench", fidelity="documented"
        )
        async with candidate(self.bus, "bench", "bench") as lease:
            await lease.acquire(lambda: None)
            async with fan_out.reign(lease):
                async with asyncio.timeout(_PATIENCE):
                    await self._until_stored(owed)

    async def _until_stored(self, owed: int) -> None:
        stored = -1
        while stored != owed:
            await asyncio.sleep(_LOOK)
            stored = (await self.bus.js.stream_info("DELIVERIES")).state.messages

    async def _owed(self, count: int) -> list[Outgoing]:
        first = (await self.bus.js.stream_info("DELIVERIES")).state.first_seq
        request = {"seq": first, "batch": count, "next_by_subj": ">"}
        found = await direct_get(self.bus, "DELIVERIES", request)
        return [_again(dict(each.headers or {}), each.data) for each in found]

    async def _bare(self, messages: Sequence[Outgoing]) -> None:
        for start in range(0, len(messages), TOGETHER):
            await self.bus.publish_all(messages[start : start + TOGETHER])


def _again(headers: dict[str, str], body: bytes) -> Outgoing:
    subject, message_id = headers["Nats-Subject"], headers["Nats-Msg-Id"]
    own = {name: value for name, value in headers.items() if not name.startswith("Nats-")}
    return Outgoing(subject, body, head_of(own), f"bare-{message_id}")


async def _timed(work: Callable[[], Awaitable[None]]) -> _Round:
    began, cpu = perf_counter(), time.process_time()
    await work()
    return _Round(perf_counter() - began, time.process_time() - cpu)


def _fact(number: int) -> VideoUploaded:
    key = f"bench-{number}"
    opening = Opening(title=f"video {number}", platform="omega", request_key=key)
    link = Source(kind="link", url=f"https://media.example/{number}.mp4")
    return VideoUploaded(opening=opening, upload_key=key, source=link)


def _endpoint(number: int, ordering: Ordering) -> Active:
    name = object_id(_AT, "endpoint", number)
    subscription = Subscription(
        url="http://127.0.0.1/",
        types=("video.uploaded",),
        settings=EndpointSettings(ordering=ordering),
    )
    keys = (SigningKey("bench", "v1"),)
    return Active(Profile(_ORG, name, 1, "omega", name, keys, subscription, _AT, _AT))


@asynccontextmanager
async def _bench(folder: Path, endpoints: int, ordering: Ordering) -> AsyncIterator[_Bench]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(EmbeddedNats(folder / "nats"))
        bus = await stack.enter_async_context(connected(server.url, "bench"))
        await bootstrap(bus.js)
        url = f"sqlite:///{folder / 'subscriptions.db'}"
        database = await stack.enter_async_context(opened(url, SCHEMA))
        async with database.alone() as connection:
            await connection.run_sync(folded, SCHEMA.views[0])
        view = EndpointView(database)
        for number in range(endpoints):
            await view.put(_endpoint(number, ordering), number + 1)
        yield _Bench(bus, database, endpoints)
