"""Striking with SIGKILL: workers, the gateway, the clock and nats-server, each a process of its own."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Literal

from telecine.shared.tables.database import opened
from telecine.shared.wire.bus import connected
from telecine.simulations.local import SERVICES
from telecine.simulations.nats_server import EmbeddedNats
from tests import house
from tests.ledger.door import UP_WITHIN, customer_at
from tests.ledger.failing import SPEED, TIMEOUT
from tests.ledger.faults import plan
from tests.ledger.reading import hear_owed
from tests.ledger.receivers import Receivers
from tests.ledger.run import Ground, Result, Run, run
from tests.nats import killed
from tests.processes import Copies, Copy, copies, free_port
from tests.waiting import until

#: What may be killed, and what that does to an attempt that is under way: it is cut off, and never on
#: record, or goes on while its message comes again; or nothing.
VICTIMS: dict[str, Literal["cuts", "returns"] | None] = {
    "delivery 1": "cuts",
    "delivery 2": "cuts",
    "nats-server": "returns",
    "clock": None,
    "gateway": None,
}
#: How many of them a seed kills.
KILLS = 2
#: How often a killed NATS has forgotten, of matching, what was acknowledged since the seed began. By itself
#: it forgets the last 0.1 s, and seldom is anything done with by then.
FORGETS = 0.5
_IN_PROCESS = ("ingest", "subscriptions", "transcoder")


@dataclass(frozen=True)
class Strike:
    """One of them is killed when so many `more` requests were seen, or attempts were done with."""

    victim: str
    moment: Literal["seen", "done"]
    more: int
    forgets: bool = False

    def __str__(self) -> str:
        return f"SIGKILL {self.victim}{', which forgets' if self.forgets else ''}"


def strikes(seed: int) -> list[Strike]:
    """Answer who is killed in a seed, and when."""
    random = Random(f"kills {seed}")
    return [
        Strike(
            victim,
            random.choice(("seen", "done")),
            random.randint(0, 8),
            random.random() < FORGETS and victim == "nats-server",
        )
        for victim in random.sample(sorted(VICTIMS), KILLS)
    ]


class Killing:
    """A house of processes, and seeds that are run in it."""

    def __init__(self, server: EmbeddedNats, ground: Ground, processes: Copies) -> None:
        self._server = server
        self._ground = ground
        self._processes = processes
        self._running: dict[str, Copy] = {}

    async def start(self, *names: str) -> None:
        """Start some of those that may be killed, and wait until they are up."""
        for name in names:
            self._running[name] = await self._processes.spawn(name.partition(" ")[0])
        for name in names:
            await until(partial(_is_up, self._running[name]), deadline=UP_WITHIN, poll=0.05)

    async def run(self, seed: int, *struck: Strike) -> Result:
        """Run a seed, struck as it decides or as is said."""
        planned = struck or strikes(seed)

        async def strike(its: Run) -> None:
            for each in planned:
                wanted = _count(its, each.moment) + each.more
                await until(partial(_reached, its, each.moment, wanted), deadline=60)
                await its.unbroken(self._kill(its, each))

        result = await run(self._ground, plan(seed), strike)
        return replace(result, kind="kills", planned=len(planned))

    async def _kill(self, its: Run, strike: Strike) -> None:
        victim, does = strike.victim, VICTIMS[strike.victim]
        most = None if does == "cuts" else 0
        async with its.killing(str(strike), most, returns=does == "returns"):
            if victim == "nats-server":
                await killed(self._server, self._ground.bus)
                if strike.forgets:
                    await its.match_again()
            else:
                await self._running[victim].end(signal.SIGKILL)
        if victim != "nats-server":
            await self.start(victim)


def _is_up(copy: Copy) -> bool:
    return copy.is_up


def _count(its: Run, moment: Literal["seen", "done"]) -> int:
    return its.requests if moment == "seen" else its.done


def _reached(its: Run, moment: Literal["seen", "done"], wanted: int) -> bool:
    return _count(its, moment) >= wanted


@asynccontextmanager
async def killing(data: Path, **settings: Any) -> AsyncIterator[Killing]:
    """Run a house while the block lasts: what may be killed in processes of its own, the rest in ours."""
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        server = await enter(EmbeddedNats(data))
        ours = house.settings(data, nats_url=server.url, speed=SPEED, timeout=TIMEOUT, **settings)
        env = {
            name: str(getattr(ours, name))
            for name in ("nats_url", "data", "speed", "timeout", *settings)
        }
        port = free_port()
        processes = await enter(
            copies(data, **env, port=str(port), preset="instant", log_level="warning")
        )
        bus = await enter(connected(server.url, "test"))
        customer = await enter(customer_at(f"http://127.0.0.1:{port}"))
        receivers = Receivers()
        await enter(receivers.listening())
        database = await enter(opened(ours.database("delivery"), []))
        ground = Ground(bus, customer, receivers, database, await hear_owed(bus))
        running = Killing(server, ground, processes)
        await running.start("clock")
        others = asyncio.create_task(running.start("delivery 1", "delivery 2", "gateway"))
        for name in _IN_PROCESS:
            await enter(SERVICES[name].running(ours))
        await others
        yield running
