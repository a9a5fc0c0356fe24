"""The transcoder service: composition only. It keeps nothing; the state is in the log."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telecine.shared.aggregates import VIDEO
from telecine.shared.eventlog import EventLog
from telecine.shared.instance import instance
from telecine.shared.metrics import Metrics
from telecine.shared.pull import Pull, singly
from telecine.shared.settings import Settings
from telecine.transcoder.handlers import Steps

#: Steps made side by side; they wait for NATS, not for the processor.
_ABREAST = 32


@asynccontextmanager
async def running(settings: Settings, metrics: Metrics | None = None) -> AsyncIterator[None]:
    """Run one copy of the transcoder while the block lasts."""
    async with instance(settings, "transcoder", metrics) as me:
        steps = Steps(me.bus, EventLog(me.bus, VIDEO), settings.seed, settings.preset)
        uploaded = Pull(
            me.bus,
            "VIDEOS",
            "transcoder-uploaded",
            ["video.uploaded.*.*"],
            singly(steps.uploaded),
            concurrency=_ABREAST,
        )
        due = Pull(
            me.bus,
            "DUE",
            "transcoder-due",
            ["due.transcoder.>"],
            singly(steps.due),
            concurrency=_ABREAST,
        )
        await me.stack.enter_async_context(uploaded.running())
        await me.stack.enter_async_context(due.running())
        await me.ready()
        yield
