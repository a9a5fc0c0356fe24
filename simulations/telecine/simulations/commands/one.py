"""`telecine run <service>`: one service of the house against a NATS server and a database elsewhere."""

from contextlib import AsyncExitStack

from telecine.gateway import service as gateway
from telecine.shared.errors import Refusal
from telecine.shared.observing.metrics import Metrics
from telecine.shared.settings import Settings
from telecine.simulations import garbage, open_files
from telecine.simulations.local import SERVICES
from telecine.simulations.scraping import scraping
from telecine.simulations.stopping import cut_off_by, stop_signal

NAMES = (*SERVICES, "gateway")


async def run(settings: Settings, name: str) -> int:
    """Run one copy of a service until SIGINT or SIGTERM.

    Who can reach the house, only its gateway knows: so no service sends to wherever it likes.
    """
    if settings.egress is None:
        settings = settings.model_copy(update={"egress": "private"})
    if not settings.nats_url:
        message = (
            "set TELECINE_NATS_URL to the house's NATS server, as nats://<token>@<host>:<port>"
        )
        raise Refusal("invalid", message, "nats_url")
    open_files.allow_all()
    service = gateway if name == "gateway" else SERVICES[name]
    metrics = Metrics.of_process()
    async with AsyncExitStack() as stack:
        stopped = stack.enter_context(stop_signal())
        with cut_off_by(stopped):
            await stack.enter_async_context(service.running(settings, metrics=metrics))
            await stack.enter_async_context(scraping(settings, metrics))
        if not stopped.is_set():
            garbage.settle()
            print(f"{name} is up", flush=True)
            await stopped.wait()
    return 0
