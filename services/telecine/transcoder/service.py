"""The transcoder service: composition only. It keeps nothing; the state is in the log."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from telecine.shared.copies.instance import Instance, instance
from telecine.shared.copies.renewing import renewed
from telecine.shared.log.eventlog import EventLog
from telecine.shared.log.kinds import JOB, LIVE, VIDEO
from telecine.shared.observing.metrics import Metrics
from telecine.shared.settings import Settings
from telecine.shared.wire.pull import Pull, singly
from telecine.transcoder.handlers import Steps
from telecine.transcoder.stepping import Machine, Stepping, job_machine, live_machine

#: Steps made side by side; they wait for NATS, not for the processor.
_ABREAST = 32


@asynccontextmanager
async def running(settings: Settings, metrics: Metrics | None = None) -> AsyncIterator[None]:
    """Run one copy of the transcoder while the block lasts, a life for each run of the house."""
    live = partial(_life, settings, metrics)
    async with renewed(settings, "transcoder", live):
        yield


@asynccontextmanager
async def _life(settings: Settings, metrics: Metrics | None) -> AsyncIterator[None]:
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
        await _move(me, EventLog(me.bus, LIVE), live_machine(settings.seed, settings.preset))
        await _move(me, EventLog(me.bus, JOB), job_machine(settings.seed, settings.preset))
        await me.ready()
        yield


async def _move(me: Instance, log: EventLog[Any, Any], machine: Machine[Any, Any]) -> None:
    """Move the aggregates of a log for as long as the instance runs."""
    stepping = Stepping(me.bus, log, machine)
    begins = [f"{fact}.*.*" for fact in machine.begins]
    pulls = (
        (log.kind.stream, f"{machine.service}-begun", begins, stepping.begun),
        ("DUE", f"{machine.service}-due", [f"due.{machine.service}.>"], stepping.due),
    )
    for stream, durable, filters, handle in pulls:
        pull = Pull(me.bus, stream, durable, filters, singly(handle), concurrency=_ABREAST)
        await me.stack.enter_async_context(pull.running())
