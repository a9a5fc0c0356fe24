"""Striking with SIGKILL: workers, the gateway, the clock and nats-server, each a process of its own."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from telecine.shared.tables.database import opened
from telecine.shared.wire.bus import connected
from telecine.simulations.local import SERVICES
from telecine.simulations.nats_server import EmbeddedNats
from tests import house
from tests.ledger.door import customer_at
from tests.ledger.failing import SPEED, TIMEOUT
from tests.ledger.faults import plan
from tests.ledger.reading import hear_owed
from tests.ledger.receivers import Receivers
from tests.ledger.run import Ground, Result, Run, run
from tests.processes import Copies, Copy, copies, free_port
from tests.waiting import until

#: What may be killed, and whether that can cut off an attempt.
VICTIMS = {
    "delivery 1": True,
    "delivery 2": True,
    "nats-server": True,
    "clock": False,
    "gateway": False,
}
#: How many of them a seed kills.
KILLS = 2
#: Seconds; a busy machine starts Python slowly.
UP_WITHIN = 120.0
_IN_PROCESS = ("ingest", "subscriptions", "transcoder")


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

    async def run(self, seed: int) -> Result:
        """Run a seed; who is killed and when is decided by it."""
        random = Random(f"kills {seed}")

        async def strike(its: Run) -> None:
            for victim in random.sample(sorted(VICTIMS), KILLS):
                seen = its.requests + random.randint(0, 8)
                await until(partial(_reached, its, seen), deadline=60)
                await its.unbroken(self._kill(its, victim))

        result = await run(self._ground, plan(seed), strike)
        return replace(result, kind="kills", planned=KILLS)

    async def _kill(self, its: Run, victim: str) -> None:
        async with its.killing(f"SIGKILL {victim}", most=None if VICTIMS[victim] else 0):
            if victim == "nats-server":
                await self._kill_server()
            else:
                await self._running[victim].end(signal.SIGKILL)
        if victim != "nats-server":
            await self.start(victim)

    async def _kill_server(self) -> None:
        before = self._server.pid
        os.kill(before, signal.SIGKILL)
        await until(lambda: self._server.pid != before, deadline=60)


def _is_up(copy: Copy) -> bool:
    return copy.is_up


def _reached(its: Run, requests: int) -> bool:
    return its.requests >= requests


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
