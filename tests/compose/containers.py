"""A house that runs in containers: its two doors, its docker, and a receiver outside of it."""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from time import monotonic

import httpx

from telecine.simulations.receiver import Receiver
from tests.customer import Customer
from tests.waiting import until

ROOT = Path(__file__).parents[2]
#: What the containers call the machine that they run on.
HOST = "host.docker.internal"
#: The house's doors, with a space between; by default those of compose.yaml.
DOORS = os.environ.get("TELECINE_HOUSE", "http://127.0.0.1:8400 http://127.0.0.1:8401").split()


async def docker(*words: str, good: bool = True) -> tuple[int, str]:
    """Run docker in the project's folder. Answers its exit status and all that it printed."""
    running = await asyncio.create_subprocess_exec(
        *("docker", *words),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await running.communicate()
    status = running.returncode or 0
    assert status == 0 or not good, f"docker {' '.join(words)}: {output.decode()}"
    return status, output.decode()


async def compose(*words: str, good: bool = True) -> tuple[int, str]:
    """Run docker compose. Answers its exit status and all that it printed."""
    return await docker("compose", *words, good=good)


async def containers(service: str) -> list[str]:
    """Answer the ids of a service's containers, running or not."""
    return (await compose("ps", "--all", "--quiet", service))[1].split()


async def kill(*ids: str) -> None:
    """End containers as a crash would: their process at once, nothing said, nothing written."""
    await docker("kill", "--signal", "KILL", *ids)
    shown = json.loads((await docker("inspect", *ids))[1])
    assert not any(each["State"]["Running"] for each in shown)


async def start(*ids: str) -> None:
    """Start killed containers again, on the state that they had."""
    await docker("start", *ids)


async def healthy(id_: str) -> bool:
    """Whether docker calls a container healthy."""
    (shown,) = json.loads((await docker("inspect", id_))[1])
    return bool(shown["State"]["Health"]["Status"] == "healthy")


async def verify() -> tuple[int, str]:
    """Run `telecine verify` where the house is, until all is well or two minutes are over: what is
    under way while it reads looks half done. Answers its last exit status and what it printed."""
    end = monotonic() + 120
    while True:
        status, output = await compose("exec", "-T", "gateway", "telecine", "verify", good=False)
        if status == 0 or monotonic() > end:
            return status, output


async def bridge() -> str:
    """Answer an address of this machine that containers reach; the loopback where docker's network
    is another machine's (on a Mac, which leads them to it)."""
    form = "{{(index .IPAM.Config 0).Gateway}}"
    address = (await docker("network", "inspect", "bridge", "--format", form))[1].strip()
    with socket.socket() as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return "127.0.0.1"
    return address


@asynccontextmanager
async def outside() -> AsyncIterator[Receiver]:
    """A scripted receiver on this machine, outside of the containers."""
    async with Receiver(await bridge(), name=HOST) as receiver:
        yield receiver


@asynccontextmanager
async def doors() -> AsyncIterator[list[Customer]]:
    """A customer at each door, once the house is ready."""
    async with AsyncExitStack() as stack:
        https = [httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) for url in DOORS]
        for http in https:
            await stack.enter_async_context(http)
        await ready(https)
        yield [Customer(http) for http in https]


async def ready(https: list[httpx.AsyncClient], deadline: float = 120) -> None:
    """Wait until every door says that the whole house is up."""

    async def up() -> bool:
        try:
            answers = await asyncio.gather(*(http.get("/readyz") for http in https))
        except httpx.TransportError:
            return False
        return all(answer.status_code == httpx.codes.OK for answer in answers)

    await until(up, deadline=deadline, poll=0.2)
