"""What the tests of the embedded nats-server share: clients, houses, and who is left."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import nats
from nats.aio.client import Client

from telecine.simulations.nats_orphan import command_line

HOUSE = """
import asyncio, signal, sys
from pathlib import Path
import uvloop
from telecine.simulations.nats_server import EmbeddedNats

async def house():
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, print, "interrupted", -1)
    terminated = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, terminated.set)
    async with EmbeddedNats(Path(sys.argv[1])) as server:
        print(server.url, server.pid)
        await terminated.wait()

sys.stdout.reconfigure(line_buffering=True)
{"asyncio": asyncio.run, "uvloop": uvloop.run}[sys.argv[2]](house())
"""


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Client]:
    client = await nats.connect(url, reconnect_time_wait=0.05, max_reconnect_attempts=-1)
    try:
        yield client
    finally:
        await client.close()


async def store(url: str, text: str) -> None:
    async with connected(url) as client:
        js = client.jetstream()
        await js.add_stream(name="FACTS", subjects=["fact.>"])
        await js.publish("fact.one", text.encode())


async def stored(client: Client) -> str | None:
    message = await client.jetstream().get_last_msg("FACTS", "fact.one")
    return message.data.decode() if message.data else None


async def stored_at(url: str) -> str | None:
    async with connected(url) as client:
        return await stored(client)


def listens(url: str) -> bool:
    address = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex((address.hostname, address.port)) == 0


def servers_on(folder: Path) -> list[int]:
    """Every live process, whoever started it, that has this folder's configuration."""
    if sys.platform == "linux":
        pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
        commands = {pid: command_line(pid) for pid in pids}
    else:
        lines = subprocess.check_output(["ps", "-axww", "-o", "pid=,command="], text=True)
        commands = {int(line.split()[0]): line for line in lines.splitlines()}
    config = str(folder.resolve() / "nats-server.conf")
    return [pid for pid, command in commands.items() if config in command]


@asynccontextmanager
async def another_house(
    folder: Path, loop: str = "asyncio"
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str, int]]:
    """A process of its own, leader of its own group, that runs an embedded server."""
    command = [sys.executable, "-c", HOUSE, str(folder), loop]
    pipe = asyncio.subprocess.PIPE
    house = await asyncio.create_subprocess_exec(*command, stdout=pipe, start_new_session=True)
    try:
        url, pid = (await line_of(house)).split()
        yield house, url, int(pid)
    finally:
        if house.returncode is None:
            house.kill()
        await house.communicate()
        for left in servers_on(folder):  # only if the test fails
            os.kill(left, signal.SIGKILL)


async def line_of(house: asyncio.subprocess.Process) -> str:
    assert house.stdout is not None
    return (await asyncio.wait_for(house.stdout.readline(), 20)).decode().strip()
