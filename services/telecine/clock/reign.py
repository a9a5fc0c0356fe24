"""How an owner of the clock begins: its first fact and its fence leave the owner before it powerless."""

from dataclasses import dataclass

import structlog

from telecine.clock import time_line
from telecine.clock.fence import last_fence, raise_fence
from telecine.shared.copies.instance import Instance
from telecine.shared.copies.lease import Lease, Taken
from telecine.shared.errors import Conflict
from telecine.shared.events.clock import ClockFact, ClockStarted
from telecine.shared.time.virtual_time import Anchor, wall_now
from telecine.shared.wire.answers import Expect
from telecine.shared.wire.presence import HOUSE, is_present

log = structlog.get_logger()

_TRIES = 20
#: Seconds to wait for a sign that the house goes on.
_PATIENCE = 0.5


@dataclass(frozen=True)
class Reign:
    """What an owner's writes are held against: its own last fact, and its fence."""

    position: int
    fence: Expect


async def begin(me: Instance, lease: Lease, taken: Taken) -> Reign:
    """Begin the run, or go on with one that others follow. Raises Conflict if the lease is lost."""
    lives = taken.alive or await is_present(me.bus, HOUSE, _PATIENCE)
    for _ in range(_TRIES):
        last, position = await time_line.last_fact(me.bus)
        fence = await last_fence(me.bus)
        started = await _first_fact(me, last, taken, lives=lives)
        await lease.confirm()  # so what we have read is from our own time, and so is what we write
        try:
            position = await time_line.append(me.bus, started, position)
            reign = Reign(position, await raise_fence(me.bus, fence))
        except Conflict:
            continue  # the owner before us wrote in between; it cannot behind our fact and fence
        log.info("clock.started", now=started.now.isoformat(), speed=started.speed, lives=lives)
        return reign
    raise Conflict(f"another clock wrote first {_TRIES} times in a row")


async def _first_fact(
    me: Instance, last: ClockFact | None, taken: Taken, *, lives: bool
) -> ClockStarted:
    witnessed = await time_line.witnesses(me.bus)
    if last and lives:
        return time_line.go_on(last, witnessed, wall_now())
    wished = me.settings.speed if "speed" in me.settings.model_fields_set else None
    if last and taken.before.owner and taken.before.renewed_at:  # it was killed, not stopped
        line = Anchor(last.now, last.wall, last.speed)
        witnessed.append(line.at(taken.before.renewed_at))
    return time_line.resume(last, witnessed, wall_now(), wished)
