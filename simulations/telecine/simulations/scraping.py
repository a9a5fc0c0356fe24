"""A port for nothing but `/metrics`: for processes that have no other door, or not for Prometheus."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telecine.gateway.door import bind, serving
from telecine.gateway.scrape import own_door
from telecine.shared.errors import Refusal
from telecine.shared.observing.metrics import Metrics
from telecine.shared.settings import Settings


@asynccontextmanager
async def scraping(settings: Settings, metrics: Metrics) -> AsyncIterator[None]:
    """Serve the metrics while the block lasts, if TELECINE_METRICS_PORT is set. Raises Refusal."""
    if settings.metrics_port is None:
        yield
        return
    try:
        door = bind(settings.metrics_host, settings.metrics_port)
    except Refusal as error:
        message = error.message.replace("--host", "TELECINE_METRICS_HOST")
        message = message.replace("--port", "TELECINE_METRICS_PORT")
        raise Refusal("invalid", message, "metrics_port") from error
    async with serving(own_door(metrics), door):
        yield
