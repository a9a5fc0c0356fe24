"""The parts of `bench delivery`, each in a process of its own, and what is done with them."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from telecine.shared.sending.owed import Owed
from telecine.simulations.bench.backlog import Backlog, To
from telecine.simulations.bench.bare import Bare
from telecine.simulations.bench.beside import Beside, beside
from telecine.simulations.bench.cores import Cores, Places, cpu_seconds, pinned, places
from telecine.simulations.bench.delivery_plan import Plan
from telecine.simulations.bench.nginx import chosen, installed
from telecine.simulations.bench.own_postgresql import own_postgresql
from telecine.simulations.bench.sending_house import SendingHouse, sending_house
from telecine.simulations.bench.tables import Tables, tables
from telecine.simulations.bench.workers import Workers, running

#: Seconds until what is owed must be done.
PATIENCE = 900.0
_ABREAST = 64  # as many as a worker makes by default
#: Seconds that what was parked has to be fetched again.
_AFTERWARDS = 20.0
#: Seconds of an attempt, where endpoints hang: the default would make it a long benchmark.
_TIMEOUT_OF_HANGING = "5"


@dataclass
class Parts:
    """What runs, and the account of what was owed and came. `to` are the endpoints that answer;
    `receives` says who: nginx or ours."""

    plan: Plan
    places: Places
    receiver: Beside
    receives: str
    postgresql: Beside | None
    house: SendingHouse
    workers: Workers
    sender: Beside
    tables: Tables
    backlog: Backlog
    to: Sequence[To]
    owed: int = 0
    arrived: int = 0
    requests: int = 0

    @property
    def url(self) -> str:
        """The receiver's."""
        return str(self.receiver.first["url"])

    async def bare(self, count: int) -> Bare:
        """Have the bare sender send so many."""
        await self.receiver.ask("forget")
        return Bare(count, **await self.sender.ask("send", count=count))

    async def pile_up(self, owed: Iterable[Owed]) -> int:
        """Publish what is owed while nobody may have it. Answers how much of it has come all the same."""
        await self.receiver.ask("forget")
        await self.backlog.hold()
        await self.backlog.publish(owed)
        return int((await self.receiver.ask("count"))["arrived"])

    async def came(self, owed: int) -> dict[str, int]:
        """Answer what has come since the receiver forgot, and add it to the account.

        What was parked meanwhile is fetched again after its message was acknowledged: it has a while.
        """
        deadline = perf_counter() + _AFTERWARDS
        came: dict[str, int] = await self.receiver.ask("count")
        while came["arrived"] < owed and perf_counter() < deadline:
            await asyncio.sleep(0.05)
            came = await self.receiver.ask("count")
        self.owed += owed
        self.arrived += came["arrived"]
        self.requests += came["requests"]
        return came

    async def stream(self, rate: float, seconds: float, more: Sequence[To] = ()) -> list[float]:
        """Owe at a rate to those who answer. Answers the milliseconds from each event to its receiver.

        `more`: endpoints that are owed as much as one of those, beside the rate.
        """
        await self.receiver.ask("forget")
        owed = self.backlog.mixed(int(rate * seconds), self.to, more)
        moments = await self.backlog.stream(owed, rate * len(owed) / int(rate * seconds))
        await self.backlog.done(PATIENCE)
        arrivals = await self.receiver.ask("arrivals")
        await self.came(int(rate * seconds))
        came = [(arrivals[name], moment) for name, moment in moments.items() if name in arrivals]
        return [(arrival - moment) * 1000 for arrival, moment in came]

    async def busy(self) -> dict[str, float]:
        """Answer the seconds of processor time that each part has used until now."""
        found = {
            "workers": self.workers.cpu_seconds(),
            "nats": cpu_seconds(self.house.server.pid),
            "receiver": cpu_seconds(self.receiver.first.get("pid", self.receiver.pid)),
        }
        if self.postgresql:
            found["postgresql"] = (await self.postgresql.ask("cpu"))["cpu"]
        return found


@asynccontextmanager
async def parts(plan: Plan) -> AsyncIterator[Parts]:
    """Have every part running while the block lasts."""
    at = places(plan.workers)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="telecine-")))
        folder.chmod(
            0o711
        )  # PostgreSQL runs as another user than root, and has its folder in here
        stack.enter_context(pinned(at.rest))
        enter = stack.enter_async_context
        nginx = chosen(plan.receiver, installed(), hang=plan.hang)
        receiver = await enter(_receiver(nginx, folder / "nginx", at.rest))
        url = receiver.first["url"]
        postgresql = None
        if plan.database == "postgresql":
            postgresql = await enter(own_postgresql(folder / "postgresql", at.rest))
        house = await enter(sending_house(folder / "data", at.rest))
        database_url = _database(plan, postgresql, folder / "data")
        settings = {
            "nats_url": house.server.url,
            "data": str(folder / "data"),
            "database_url": database_url,
            "egress": "open",
            "log_level": "error",
        }
        if plan.hang:
            settings["timeout"] = _TIMEOUT_OF_HANGING
        workers = await enter(running(at.workers, settings, folder))
        send = (f"{url}/bare", str(_ABREAST))
        sender = await enter(beside("telecine.simulations.bench.bare", *send, cores=at.workers[0]))
        yield Parts(
            plan,
            at,
            receiver,
            "nginx" if nginx else "ours",
            postgresql,
            house,
            workers,
            sender,
            await enter(tables(database_url)),
            Backlog(house.bus, run=secrets.randbits(32)),
            await house.endpoints([f"{url}/{number}" for number in range(plan.endpoints)]),
        )


def _receiver(
    nginx: str | None, folder: Path, cores: Cores
) -> AbstractAsyncContextManager[Beside]:
    if nginx:
        return beside("telecine.simulations.bench.nginx", nginx, str(folder), cores=cores)
    return beside("telecine.simulations.bench.counting", cores=cores)


def _database(plan: Plan, postgresql: Beside | None, folder: Path) -> str:
    if postgresql:
        return str(postgresql.first["url"])
    if plan.database == "sqlite":
        return f"sqlite:///{folder / 'delivery.db'}"
    return plan.database
