"""`telecine up`: the whole house in one process, until it is told to stop."""

import asyncio
from contextlib import AsyncExitStack

import structlog

from telecine.shared.settings import Settings
from telecine.simulations import garbage, local, open_files
from telecine.simulations.signposts import signposts
from telecine.simulations.stopping import cut_off_by, stop_signal

log = structlog.get_logger()


async def run(settings: Settings) -> int:
    """Run the house until SIGINT or SIGTERM; 1 if its nats-server cannot be kept alive."""
    open_files.allow_all()
    async with AsyncExitStack() as stack:
        stopped = stack.enter_context(stop_signal())
        with cut_off_by(stopped):
            house = await stack.enter_async_context(local.house(settings))
        if stopped.is_set():
            return 0
        garbage.settle()
        print(signposts(house.url, house.settings), flush=True)
        failed = house.nats.failed if house.nats else asyncio.Event()
        waiting = [asyncio.create_task(each.wait()) for each in (stopped, failed)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        print("stopping …", flush=True)
    return 1 if failed.is_set() else 0
