"""The fence before the stream of fired timers: of several clocks only the last one to raise it fires.

It is a message that nobody consumes. Each firing names the fence it was made behind, and the server
refuses it if there is a newer one: so a clock that was paused needs no clock to know that it is late.
"""

from telecine.shared.errors import Conflict
from telecine.shared.log.eventlog import direct_get
from telecine.shared.wire.answers import Expect, WrongSequence
from telecine.shared.wire.bus import Bus

STREAM = "DUE"
SUBJECT = "due.clock.fence"


async def last_fence(bus: Bus) -> int:
    """Answer the position of the last fence; 0 if there is none."""
    found = await direct_get(bus, STREAM, {"last_by_subj": SUBJECT})
    return int((found[0].headers or {})["Nats-Sequence"]) if found else 0


async def raise_fence(bus: Bus, before: int) -> Expect:
    """Raise a fence behind the last one; answers what every firing must expect.

    Raises Conflict if another clock was quicker, Unavailable.
    """
    try:
        stored = await bus.publish(SUBJECT, b"", expect=Expect(before, SUBJECT))
    except WrongSequence as error:
        raise Conflict("another clock has raised its fence") from error
    return Expect(stored.sequence, SUBJECT)
