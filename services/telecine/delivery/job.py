"""A job: one attempt to be made, and who wants to know when it is done."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from nats.aio.msg import Msg

from telecine.delivery.attempt import Trigger
from telecine.delivery.breaker import Breaker, Open
from telecine.delivery.decider import INITIAL, Parked, State
from telecine.delivery.wishes import Wish
from telecine.shared.sending.owed import Owed
from telecine.shared.wire.holding import Holding


@dataclass(eq=False, slots=True)
class Job:
    """Attempt `number` of a delivery in a state, at the virtual moment `now`.

    It came with a message that `holding` holds until it is acknowledged, over a connection that began
    at `since`, or was fetched by somebody who awaits `done`. `probe`: the breaker's state that it is
    to try, `probed`: the one that came of it. `cleared`: its predecessor has ended. `doubtful`:
    somebody else may be at work on it, as after a kill of NATS. `wish`: it is made because of that,
    whatever the delivery waits for.
    """

    owed: Owed
    number: int
    trigger: Trigger
    now: datetime
    state: State = INITIAL
    message: Msg | None = None
    holding: Holding | None = None
    done: asyncio.Future[None] | None = None
    probe: Open | None = None
    probed: Breaker | None = None
    cleared: bool = False
    doubtful: bool = False
    tries: int = 0
    wish: Wish | None = None
    since: datetime | None = None

    @property
    def delivery_id(self) -> str:
        return self.owed.delivery_id

    @property
    def is_fetched(self) -> bool:
        """Whether it was fetched from where it waits, and stays there until its attempt is on record."""
        return self.message is None and (self.wish is not None or self.state.kind == "parked")

    @property
    def is_in_bulk(self) -> bool:
        """Whether it was asked for with many others."""
        if self.wish:
            return self.wish.in_bulk
        return isinstance(self.state, Parked) and self.state.reason == "replay"

    @property
    def whose(self) -> tuple[str, str]:
        """The organisation and the endpoint."""
        return self.owed.org, self.owed.endpoint_id

    def finish(self) -> None:
        """Tell who awaits it that it is done."""
        if self.done and not self.done.done():
            self.done.set_result(None)


def release(jobs: Iterable[Job]) -> None:
    """Jobs are done: each holding is told once of its messages, and who awaits a job is told."""
    held: dict[Holding, list[Msg]] = defaultdict(list)
    for job in jobs:
        if job.message and job.holding:
            held[job.holding].append(job.message)
        job.finish()
    for holding, messages in held.items():
        holding.done(*messages)
