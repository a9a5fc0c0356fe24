"""The gateway's application, composed as always but answering nobody: for its description."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from fastapi import FastAPI

from telecine.gateway.app import application
from telecine.gateway.uploads import Uploads
from telecine.platforms.house import House
from telecine.shared.contracts import Request
from telecine.shared.copies.heartbeat import Pulse
from telecine.shared.errors import Unavailable
from telecine.shared.events import Wire
from telecine.shared.observing.metrics import Metrics
from telecine.shared.observing.tracing import Tracing
from telecine.shared.settings import Settings
from telecine.shared.time.virtual_time import wall_now
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.lean_client import LeanClient

R = TypeVar("R", bound=Wire)


async def _nobody(request: Request[R]) -> R:
    raise Unavailable(f"there is no {request.service} here")


@contextmanager
def composed() -> Iterator[FastAPI]:
    """Compose the application with default settings and no connection, while the block lasts."""
    settings = Settings.model_construct()
    bus = Bus(LeanClient(), Metrics(), Tracing())
    with TemporaryDirectory() as folder:
        uploads = Uploads(Path(folder), _nobody, keep=False)
        house = House(
            call=_nobody,
            now=wall_now,
            orgs=settings.orgs,
            quirks=settings.quirks,
            fidelity=settings.fidelity,
            seed=settings.seed,
            kept=uploads.kept,
        )
        yield application(house, bus, Pulse(bus), uploads, settings)
