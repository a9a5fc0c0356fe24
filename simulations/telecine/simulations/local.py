"""The whole house in one process: six services, an embedded nats-server, SQLite files."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

import httpx

from telecine.clock import service as clock
from telecine.delivery import service as delivery
from telecine.gateway import service as gateway
from telecine.gateway.door import bind
from telecine.ingest import service as ingest
from telecine.shared.errors import Unavailable
from telecine.shared.observing.metrics import Metrics
from telecine.shared.settings import Settings
from telecine.simulations.data_folder import DataFolder
from telecine.simulations.nats_server import EmbeddedNats
from telecine.simulations.scraping import scraping
from telecine.subscriptions import service as subscriptions
from telecine.transcoder import service as transcoder

#: In the order in which they start; the clock begins the run for everybody.
SERVICES = {
    "clock": clock,
    "ingest": ingest,
    "subscriptions": subscriptions,
    "delivery": delivery,
    "transcoder": transcoder,
}

#: Seconds until the house must be ready, and between two looks.
_READY_WITHIN = 30.0
_PAUSE = 0.005


@dataclass(frozen=True)
class House:
    """A running house: where its door is, and the settings it runs on (with its NATS)."""

    url: str
    settings: Settings
    nats: EmbeddedNats | None


@asynccontextmanager
async def house(settings: Settings) -> AsyncIterator[House]:
    """Run everything while the block lasts; it begins when `/readyz` answers 200.

    Raises Refusal if the port is taken, DataFolderBusy if the data folder is.
    """
    metrics = Metrics.of_process()
    async with AsyncExitStack() as stack:
        folder = DataFolder.claim(settings.data)
        stack.callback(folder.release)
        door = bind(settings.host, settings.port)
        stack.callback(door.close)
        url = address(settings.host, door.getsockname())
        server = None
        if not settings.nats_url:
            embedded = EmbeddedNats(settings.data, sync_always=settings.sync_always)
            server = await stack.enter_async_context(embedded)
            folder.write_connection(server.url)
            settings = settings.model_copy(update={"nats_url": server.url})
        for service in SERVICES.values():
            await stack.enter_async_context(service.running(settings, metrics))
        await stack.enter_async_context(gateway.running(settings, door, metrics))
        await stack.enter_async_context(scraping(settings, metrics))
        await _ready(url)
        yield House(url, settings, server)


def address(host: str, name: Any) -> str:
    """Answer the URL of a bound socket, as somebody on this machine calls it."""
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 - compared with, not bound to
        host = "127.0.0.1"
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{name[1]}"


async def _ready(url: str) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        deadline = monotonic() + _READY_WITHIN
        while (answer := await http.get("/readyz")).status_code != httpx.codes.OK:
            if monotonic() > deadline:
                break
            await asyncio.sleep(_PAUSE)
        else:
            return
    raise Unavailable(f"not every service came up: {answer.text}")
