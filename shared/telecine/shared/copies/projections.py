"""Keeping a view up with a log: the copies of a service share the work, in groups of facts.

A view may be late, never wrong: its rows carry the log's position, and only move on. Whoever
commands is shown the effect by the command's own handler before the answer (DESIGN §2).
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from nats.aio.msg import Msg

from telecine.shared.copies.instance import Instance
from telecine.shared.events import Fact
from telecine.shared.log.eventlog import EventLog
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.pull import Pull

S = TypeVar("S")
F = TypeVar("F", bound=Fact)

#: Puts a state, after the fact at a position, into a view; returns when it can be read.
Show = Callable[[Any, int], Awaitable[None]]

#: Facts that are shown together, in one transaction.
ABREAST = 256
#: Seconds that a view may be behind, so that the facts of one moment are shown together.
LINGER = 0.03


async def project(me: Instance, log: EventLog[S, F], durable: str, show: Show) -> None:
    """Let `show` see how every aggregate of a log stands, for as long as the instance runs."""
    shown = Projection(me.bus, log, show)
    kind = log.kind
    pull = Pull(
        me.bus,
        kind.stream,
        durable,
        [f"{kind.name}.>"],
        shown.take,
        most=ABREAST,
        linger=LINGER,
    )
    await me.stack.enter_async_context(pull.running())


class Projection(Generic[S, F]):
    """Shows everybody's facts; idempotent by the log's position."""

    def __init__(self, bus: Bus, log: EventLog[S, F], show: Show) -> None:
        self._bus = bus
        self._log = log
        self._show = show

    async def take(self, messages: list[Msg]) -> None:
        """Show the state after some facts, of each aggregate the last one only.

        The last in the log: what comes again, as after a kill of NATS, comes behind newer ones.
        """
        facts = sorted(map(self._log.parse, messages), key=lambda fact: fact.sequence)
        last = {(fact.stamp.org, fact.stamp.id): fact for fact in facts}
        states = [(await self._log.state_after(fact), fact.sequence) for fact in last.values()]
        await asyncio.gather(*(self._show(*each) for each in states))
        for message in messages:
            await self._bus.ack(message)
