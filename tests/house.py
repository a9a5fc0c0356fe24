"""A whole house for a test: six services, a real nats-server, SQLite, a scripted receiver."""

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from telecine.shared.settings import Settings
from telecine.shared.wire.bus import Bus, connected
from telecine.simulations import local
from telecine.simulations.receiver import Receiver

#: Of every client: to make one takes 30 ms, and a test run would make some thousands.
TLS = ssl.create_default_context()
ORGS = {"demo": ["demo-key"], "other": ["other-key"]}


@dataclass(frozen=True)
class TestHouse:
    """`http` is bound to the house's address; `receiver` records what it sends."""

    __test__ = False

    url: str
    http: httpx.AsyncClient
    receiver: Receiver
    settings: Settings


def settings(data: Path, **changes: Any) -> Settings:
    """Answer settings for a test: a free port, the instant encoder, two organisations."""
    defaults: dict[str, Any] = {
        "data": data,
        "port": 0,
        "preset": "instant",
        "orgs": ORGS,
        "log_level": "warning",
    }
    return Settings(**{**defaults, **changes})


@asynccontextmanager
async def opened(data: Path, **changes: Any) -> AsyncIterator[TestHouse]:
    """Run a house on a data folder, with a receiver, while the block lasts."""
    async with (
        Receiver() as receiver,
        local.house(settings(data, **changes)) as running,
        httpx.AsyncClient(base_url=running.url, verify=TLS, trust_env=False, timeout=20) as http,
    ):
        yield TestHouse(running.url, http, receiver, running.settings)


OpenHouse = Callable[..., AbstractAsyncContextManager[TestHouse]]


def joined(house: TestHouse) -> AbstractAsyncContextManager[Bus]:
    """Answer a connection of the test's own to the house's NATS: `async with joined(house) as bus`."""
    return connected(str(house.settings.nats_url), "test")
