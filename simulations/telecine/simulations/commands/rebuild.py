"""`telecine rebuild [VIEW …]`: throw views away and fold them again from the log, while the house runs."""

import asyncio
import sys
from collections.abc import Callable, Sequence

from nats.aio.msg import Msg

from telecine.ingest.schema import SCHEMA as INGEST
from telecine.shared.contracts.rebuilding import REBUILDS, RebuildProgress
from telecine.shared.errors import Refusal, Unavailable
from telecine.shared.settings import Settings
from telecine.shared.wire import rpc
from telecine.shared.wire.bus import Bus, connected
from telecine.simulations.data_folder import DataFolder
from telecine.subscriptions.schema import SCHEMA as SUBSCRIPTIONS

#: The views of every service, in the order in which they are rebuilt.
VIEWS = {
    schema.service: tuple(view.name for view in schema.views) for schema in (INGEST, SUBSCRIPTIONS)
}
#: Seconds without a word after which a service counts as gone.
SILENCE = 60.0

Say = Callable[[RebuildProgress], None]


async def run(settings: Settings, names: Sequence[str]) -> int:
    """Rebuild the views of these names, or all; 0 when every one is done."""
    wanted = owners(names)
    url = settings.nats_url or DataFolder.read_connection(settings.data)
    if url is None:
        raise Unavailable(
            f"no house runs on {settings.data}: start it, or name its NATS server in "
            "TELECINE_NATS_URL"
        )
    async with connected(url, "rebuild") as bus:
        for service, views in wanted.items():
            await rebuild(bus, service, views, _print)
    print("done: the records were not touched")
    return 0


def owners(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Answer which service is asked for which views. Raises Refusal for a name that none has."""
    known = [view for views in VIEWS.values() for view in views]
    if unknown := [name for name in names if name not in known]:
        raise Refusal("invalid", f"no view {unknown[0]!r}; there are {', '.join(known)}", "view")
    chosen = {
        service: tuple(view for view in views if view in (names or known))
        for service, views in VIEWS.items()
    }
    return {service: views for service, views in chosen.items() if views}


async def rebuild(bus: Bus, service: str, views: tuple[str, ...], say: Say) -> None:
    """Let one service rebuild some views, and wait until it has.

    Raises Unavailable if it fails or says nothing any more, Refusal if it is at it already.
    """
    heard: asyncio.Queue[RebuildProgress] = asyncio.Queue()

    async def hear(message: Msg) -> None:
        heard.put_nowait(RebuildProgress.model_validate_json(message.data))

    inbox = bus.client.new_inbox()
    subscription = await bus.client.subscribe(inbox, cb=hear)
    try:
        begun = await rpc.call(bus, REBUILDS[service](views=views, progress=inbox))
        left = set(begun.views)
        while left:
            progress = await _next(heard, service)
            say(progress)
            if progress.failed is not None:
                raise Unavailable(
                    f"{progress.view} was not rebuilt, and is as it was: {progress.failed}"
                )
            if progress.rows is not None:
                left.discard(progress.view)
    finally:
        if bus.is_connected:
            await subscription.unsubscribe()


async def _next(heard: asyncio.Queue[RebuildProgress], service: str) -> RebuildProgress:
    try:
        async with asyncio.timeout(SILENCE):
            return await heard.get()
    except TimeoutError as error:
        raise Unavailable(
            f"the {service} service says nothing any more; the view that it was at is as it was"
        ) from error


def _print(progress: RebuildProgress) -> None:
    if progress.rows is not None:
        print(f"{progress.view}: folded anew, {progress.rows} rows", flush=True)
    elif progress.failed is None and sys.stdout.isatty():
        print(f"{progress.view}: {progress.position} of {progress.last}", end="\r", flush=True)
