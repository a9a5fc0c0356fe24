"""Admission to endpoints with a rate limit: what comes is let in as fast as they want it, in groups."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from telecine.delivery.job import Job
from telecine.delivery.limiting import reserve
from telecine.shared.tables.database import Database
from telecine.shared.tasks import Crew


class Admission:
    """`admit` is given jobs that may be made now, `refuse` those that may not, and when one may next."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        *,
        admit: Callable[[Job], None],
        refuse: Callable[[Job, datetime], None],
        again: Callable[[Job, Exception], None],
    ) -> None:
        self._database = database
        self._now = now
        self._admit = admit
        self._refuse = refuse
        self._again = again
        self._waiting: dict[tuple[str, str], list[Job]] = {}
        self._asking = Crew("admission")

    def ask(self, job: Job, rate: float) -> None:
        """Let a job in at `rate` a second, or refuse it."""
        waiting = self._waiting.get(job.whose)
        if waiting is not None:
            waiting.append(job)
            return
        self._waiting[job.whose] = [job]
        self._asking.spawn(self._run(job.whose, rate))

    async def _run(self, whose: tuple[str, str], rate: float) -> None:
        await asyncio.sleep(0)  # what came in the same moment is asked for at once
        while jobs := self._waiting[whose]:
            self._waiting[whose] = []
            await self._decide(whose, jobs, rate)
        del self._waiting[whose]

    async def _decide(self, whose: tuple[str, str], jobs: list[Job], rate: float) -> None:
        try:
            # What comes late (a replay, or all of it after an outage) counts as of now.
            now = max(self._now(), *(job.now for job in jobs))
            reserved = await reserve(self._database, whose, rate, len(jobs), now)
        except Exception as error:  # noqa: BLE001 - it belongs to those who wait
            for job in jobs:
                self._again(job, error)
            return
        for job in jobs[: reserved.granted]:
            self._admit(job)
        for job in jobs[reserved.granted :]:
            self._refuse(job, reserved.free_at)
