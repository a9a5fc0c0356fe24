"""A clock under test: asked over the wire, watched through the streams it writes to."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from telecine.clock import time_line
from telecine.clock.fence import last_fence, raise_fence
from telecine.clock.firing import Firing
from telecine.shared.contracts.clock import ClockAnswer, GetClock, SetClock
from telecine.shared.log.eventlog import direct_get, stored_at
from telecine.shared.settings import Settings
from telecine.shared.time.timers import Timer, set_timer
from telecine.shared.time.virtual_time import Anchor, VirtualClock
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.rpc import call
from telecine.simulations.nats_server import EmbeddedNats

FROZEN = 0.0


@dataclass(frozen=True)
class Due:
    """A fired timer as it lies in the work queue; `stored_at` is the server's time."""

    timer: str
    due: datetime
    stored_at: datetime


def settings_for(server: EmbeddedNats, data: Path, **changes: Any) -> Settings:
    return Settings(data=data, nats_url=server.url, **changes)


async def tell(bus: Bus) -> ClockAnswer:
    """Ask the clock."""
    return await call(bus, GetClock())


async def set_speed(bus: Bus, speed: float) -> ClockAnswer:
    return await call(bus, SetClock(speed=speed))


def timer(key: str, due: datetime, generation: int = 1, service: str = "test") -> Timer:
    return Timer(service, key, generation, due, lane=f"lane:{key}", payload={"key": key})


async def set_all(bus: Bus, timers: Iterable[Timer]) -> None:
    for each in timers:
        await set_timer(bus, each)


def after(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)


async def fired(bus: Bus) -> list[Due]:
    """Answer what was fired, in its order; nobody takes it away in these tests."""
    request = {"seq": 1, "batch": 10_000, "next_by_subj": "due.test.>"}
    answers = await direct_get(bus, "DUE", request)
    return [_due(answer.headers or {}) for answer in answers]


async def fired_ids(bus: Bus) -> list[str]:
    return [each.timer for each in await fired(bus)]


async def held(bus: Bus) -> int:
    """Answer how many messages TIMERS has."""
    return (await bus.js.stream_info("TIMERS")).state.messages


async def is_done(bus: Bus, firings: int) -> bool:
    """Whether so many timers were fired and none is held any more."""
    return await held(bus) == 0 and len(await fired(bus)) >= firings


async def fenced_firing(bus: Bus, clock: VirtualClock) -> Firing:
    """Fire as the only clock that there is."""
    fence = await raise_fence(bus, await last_fence(bus))
    return Firing(bus, clock, fence, steady=asyncio.Lock(), overtaken=lambda: None)


async def anchor_now(bus: Bus) -> Anchor:
    """Answer the clock's last fact."""
    fact, _ = await time_line.last_fact(bus)
    assert fact is not None
    return Anchor(fact.now, fact.wall, fact.speed)


def _due(fields: dict[str, str]) -> Due:
    key = fields["Nats-Subject"].split(".", 1)[1]
    due = datetime.fromisoformat(fields["telecine-due"])
    return Due(f"{key}.{fields['telecine-generation']}", due, stored_at(fields))
