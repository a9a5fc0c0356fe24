"""`telecine receiver`: a webhook receiver to look at; it answers 200 and prints a line for each."""

from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from aiohttp import web

from telecine.shared.errors import Refusal
from telecine.shared.observing import logging
from telecine.simulations import judges
from telecine.simulations.clients import omega, tpstreams
from telecine.simulations.clients.api import PATIENCE
from telecine.simulations.clients.customer import Customer
from telecine.simulations.clients.things import Endpoint
from telecine.simulations.receiver import LARGEST_BODY, Received
from telecine.simulations.signatures import forgery
from telecine.simulations.stopping import stop_signal

TOKEN = "the receiver's shared secret"  # noqa: S105 - of a receiver that only prints
_READERS = {omega.NAME: omega.notice, tpstreams.NAME: tpstreams.notice}
_SHOWN = 80


@dataclass(frozen=True)
class Registered:
    """An endpoint of ours at the house, and the secret that it signs with."""

    endpoint: Endpoint
    secret: str


async def run(given: Namespace) -> int:
    """Receive until SIGINT or SIGTERM; with `--url` at a house, which is told of us first."""
    judges.require()
    logging.configure("warning")
    with stop_signal() as stopped:
        known: dict[str, Registered] = {}
        async with _listening(given.at_host, given.at_port, known) as port:
            base = f"http://{given.name or given.at_host}:{port}"
            print(f"receiving at {base}", flush=True)
            if given.url:
                for each in await _registered(given, base):
                    known[each.endpoint.path] = each
                    print(f"{each.endpoint.platform} sends to {each.endpoint.url}", flush=True)
            await stopped.wait()
    return 0


@asynccontextmanager
async def _listening(host: str, port: int, known: dict[str, Registered]) -> AsyncIterator[int]:
    """Answer every POST while the block lasts; answers the port."""

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        received = Received(request.path, request.headers, body, datetime.now(UTC), number=1)
        print(line(received, known.get(request.path)), flush=True)
        return web.Response(text="webhook received\n")

    app = web.Application(client_max_size=LARGEST_BODY)
    app.router.add_post("/{path:.*}", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield runner.addresses[0][1]
    except OSError as error:
        raise Refusal(
            "invalid", f"cannot listen on {host} port {port}: {error}", "port"
        ) from error
    finally:
        await runner.cleanup()


async def _registered(given: Namespace, base: str) -> list[Registered]:
    """Register at both platforms, under a wish of our own: who starts again is who it was."""
    async with httpx.AsyncClient(base_url=given.url, trust_env=False, timeout=PATIENCE) as http:
        customer = Customer.of(http, given.org, given.key, run=f"receiver at {base}")
        endpoints = [
            await customer.omega.create_endpoint(f"{base}/omega"),
            await customer.tpstreams.create_endpoint(f"{base}/tpstreams", TOKEN),
        ]
        return [Registered(each, await customer.control.secret_of(each)) for each in endpoints]


def line(received: Received, known: Registered | None) -> str:
    """Answer what is printed of a request: when, where, which webhook, what it says, whose it is."""
    webhook_id = received.headers.get("webhook-id", "no webhook-id")
    words = [f"{received.at:%H:%M:%S}", received.path, webhook_id, _says(received, known)]
    if known is None:
        return "  ".join([*words, "signature not checked"])
    wrong = forgery(received, known.endpoint, known.secret)
    return "  ".join([*words, f"WRONG: {wrong}" if wrong else "signature good"])


def _says(received: Received, known: Registered | None) -> str:
    try:
        if known is None:
            raise ValueError
        notice = _READERS[known.endpoint.platform](received.json())
    except (KeyError, TypeError, ValueError):
        return f"{len(received.body)} bytes {received.body[:_SHOWN]!r}"
    return f"{notice.says} {notice.video_id}"
