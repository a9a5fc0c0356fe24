"""Jobs that have to wait for something: each step is tried until it succeeds, and nothing is skipped."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

import structlog
from nats.aio.msg import Msg

from telecine.delivery.job import Job, release
from telecine.shared.errors import BrokenMessage, Unavailable, surprise
from telecine.shared.observing.logging import correlation
from telecine.shared.tasks import Crew, insist, pause_before
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.holding import Holding

log = structlog.get_logger()

Step = Callable[[Job], Awaitable[None]]


class Insisting:
    """Takes steps with jobs in tasks of their own. `restart` is the step that a job begins with, which
    knows what may have been done before."""

    def __init__(self, bus: Bus, restart: Step) -> None:
        self._bus = bus
        self._restart = restart
        self._crew = Crew("job that waits")

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside all else."""
        self._crew.spawn(work)

    def begin(self, job: Job, step: Step) -> None:
        """Take a step with a job that has to wait for something."""
        self.spawn(self.insist(job, step))

    def restart(self, job: Job) -> None:
        """Let a job begin again."""
        self.begin(job, self._restart)

    async def insist(self, job: Job, step: Step) -> None:
        """Take a step; if it fails, the job begins again after a pause."""
        with correlation(job.owed.correlation_id, delivery_id=job.delivery_id):
            try:
                await step(job)
            except BrokenMessage as error:
                if job.message and job.holding:
                    await self.give_up(job.message, job.holding, error)
            except Exception as error:  # noqa: BLE001 - whatever fails here is tried again
                self.again(job, error)

    def again(self, job: Job, error: Exception) -> None:
        """Try a job again from its start, after a pause that grows."""
        say_again(job.delivery_id, error)
        job.tries += 1
        if job.message:
            self._bus.failed(job.message)
        self.spawn(self._later(job, pause_before(job.tries)))

    async def done(self, job: Job) -> None:
        """Acknowledge a job's message: all its effects are done."""
        if job.message:
            await self._bus.ack(job.message)
        release([job])

    async def give_up(self, message: Msg, holding: Holding, error: BrokenMessage) -> None:
        """Take a message out of the way that nobody will ever understand."""
        log.error("message.broken", subject=message.subject, error=str(error))
        await insist(partial(self._bus.give_up, message), _not_given_up)
        holding.done(message)

    async def stop(self) -> None:
        """End all that is under way."""
        await self._crew.stop()

    async def _later(self, job: Job, pause: float) -> None:
        await asyncio.sleep(pause)
        if job.is_fetched:
            job.finish()  # it is parked still, and will be fetched again
        else:
            await self.insist(job, self._restart)


def _not_given_up(error: Exception) -> None:
    log.warning("message.not_given_up", error=repr(error), exc_info=surprise(error))


def say_again(delivery_id: str, error: Exception) -> None:
    """Log why something is tried again: an outage is told once, and not by all that wait for its end."""
    if isinstance(error, Unavailable):
        log.debug("message.retried", delivery_id=delivery_id, error=repr(error))
    else:
        log.warning("message.retried", delivery_id=delivery_id, error=repr(error), exc_info=error)
