"""The same six services, each a process of its own, as containers will run them."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from telecine.gateway.health import SERVICES
from telecine.simulations.nats_server import EmbeddedNats
from telecine.simulations.receiver import Receiver
from tests.house import ORGS
from tests.processes import free_port
from tests.waiting import until

AUTHORIZATION = {"authorization": "Bearer demo-key"}


@asynccontextmanager
async def services(folder: Path, nats: str, port: int) -> AsyncIterator[Path]:
    """Run `telecine run <service>` for each service; answers where they log."""
    env = {
        **os.environ,
        "TELECINE_NATS_URL": nats,
        "TELECINE_DATABASE_URL": f"sqlite:///{folder}/{{service}}.db",
        "TELECINE_DATA": str(folder),
        "TELECINE_ORGS": json.dumps(ORGS),
        "TELECINE_PRESET": "instant",
        "TELECINE_PORT": str(port),
    }
    log = folder / "services.log"
    with log.open("wb") as output:
        processes = [
            await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "telecine.simulations", "run", name),
                stdout=output,
                stderr=output,
                env=env,
            )
            for name in SERVICES
        ]
        try:
            yield log
        finally:
            for process in processes:
                process.terminate()
            await asyncio.gather(*(process.wait() for process in processes))
    assert [process.returncode for process in processes] == [0] * len(processes), log.read_text()


async def health(service: str, nats: str) -> int | None:
    """Answer the exit status of a container's health check."""
    env = {**os.environ, "TELECINE_NATS_URL": nats}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "telecine.simulations", "health", service, env=env
    )
    return await process.wait()


@pytest.mark.timeout(180)
async def test_an_upload_travels_through_six_processes(tmp_path: Path) -> None:
    port = free_port()
    async with (
        Receiver() as receiver,
        EmbeddedNats(tmp_path) as nats,
        services(tmp_path, nats.url, port) as log,
        httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", headers=AUTHORIZATION, timeout=20
        ) as http,
    ):

        async def ready() -> bool:
            try:
                return (await http.get("/readyz")).status_code == 200
            except httpx.TransportError:
                return False

        await until(ready, deadline=60)
        hook = {"url": receiver.on("/hook"), "events": ["video.process_succeeded"]}
        made = await http.post("/company/client/webhooks", json=hook)
        assert made.status_code == 200, made.text

        body = {"url": "http://example.com/a.mp4", "title": "a"}
        answer = await http.post("/company/client/video/stream/copy", json=body)
        assert answer.status_code == 200, answer.text
        await receiver.wait(lambda receiver: bool(receiver.received), deadline=30)
        changed = await http.put("/v1/clock", json={"speed": 60})
        healthy = await health("ingest", nats.url)
    async with EmbeddedNats(tmp_path / "empty") as deserted:
        unhealthy = await health("ingest", deserted.url)

    (received,) = receiver.received
    assert received.json()["data"]["video"]["uuid"] == answer.json()["uuid"], log.read_text()
    assert changed.status_code == 200, "all five others followed the clock"
    assert (healthy, unhealthy) == (0, 1)
