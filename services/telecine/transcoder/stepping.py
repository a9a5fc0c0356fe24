"""Steps of live streams and transcoding jobs: a fact or a timer in, one fact and the next timer out.

Idempotent by the aggregate's state, with the same rule for redelivery as the videos' steps.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from nats.aio.msg import Msg

from telecine.shared.aggregates import job, live
from telecine.shared.aggregates.awaited import Awaited
from telecine.shared.aggregates.job import Job
from telecine.shared.aggregates.live import Live
from telecine.shared.aggregates.verdicts import Refused, Unchanged
from telecine.shared.events import Fact
from telecine.shared.events.job import JobFact
from telecine.shared.events.live import LiveFact
from telecine.shared.log.decisions import obey
from telecine.shared.log.envelope import Trace
from telecine.shared.log.eventlog import EventLog
from telecine.shared.observing.logging import correlation
from telecine.shared.time.timers import Timer, parse_fired, set_timer
from telecine.shared.wire.bus import Bus
from telecine.transcoder.job_plan import job_plan
from telecine.transcoder.live_plan import live_plan
from telecine.transcoder.plan import Preset

S = TypeVar("S")
F = TypeVar("F", bound=Fact)


@dataclass(frozen=True)
class Machine(Generic[S, F]):
    """How one kind of aggregate is moved. `service` names its timers, apart from the others'.

    `begins`: facts after which `begin` may follow, or after which a timer is awaited that somebody
    else has decided. `step` is made when the awaited timer has fired.
    """

    service: str
    begins: tuple[str, ...]
    begin: Callable[[S, datetime], F | Refused | Unchanged]
    step: Callable[[S, int, datetime], F | Refused | Unchanged]
    awaited: Callable[[S], Awaited | None]


def live_machine(seed: int, preset: Preset) -> Machine[Live, LiveFact]:
    """Start the server that is wanted; then server, broadcaster and recorder go on by timers."""

    def begin(state: Live, now: datetime) -> live.Decision:
        if not isinstance(state, live.Requested):
            return Unchanged()
        return live.decide(state, live.Serve(live_plan(seed, state.card, preset)), now)

    def step(state: Live, generation: int, now: datetime) -> live.Decision:
        return live.decide(state, live.Step(generation), now)

    begins = ("live.created", "live.start_requested", "live.stopped")
    return Machine("transcoder-live", begins, begin, step, live.awaited)


def job_machine(seed: int, preset: Preset) -> Machine[Job, JobFact]:
    """Queue the job that was created; then the encoder goes on by timers."""

    def begin(state: Job, now: datetime) -> job.Decision:
        if not isinstance(state, job.Created):
            return Unchanged()
        return job.decide(state, job.Queue(job_plan(seed, state.card, preset)), now)

    def step(state: Job, generation: int, now: datetime) -> job.Decision:
        return job.decide(state, job.Step(generation), now)

    return Machine("transcoder-job", ("job.created",), begin, step, job.awaited)


class Stepping(Generic[S, F]):
    """Moves the aggregates of one log on."""

    def __init__(self, bus: Bus, log: EventLog[S, F], machine: Machine[S, F]) -> None:
        self._bus = bus
        self._log = log
        self._machine = machine

    async def begun(self, message: Msg) -> None:
        """Do what follows a fact, and set the timer that is awaited then.

        Always: after a stop nobody else has set it, and setting it again is harmless.
        """
        fact = self._log.parse(message)
        org, key, chain = fact.stamp.org, fact.stamp.id, fact.trace.correlation_id
        with correlation(chain):
            obeyed = await obey(
                self._log,
                org,
                key,
                self._machine.begin,
                now=fact.stamp.at,
                trace=Trace(fact.id, chain),
            )
            await self._set(self._machine.awaited(obeyed.state), org, key, chain)
            await self._bus.ack(message)

    async def due(self, message: Msg) -> None:
        """Make the step that was waited for; the timer's due time is now."""
        fired = parse_fired(message)
        org, key, chain = fired.payload["org"], fired.key, fired.payload["correlation"]

        def decide(state: S, at: datetime) -> F | Refused | Unchanged:
            return self._machine.step(state, fired.generation, at)

        with correlation(chain):
            trace = Trace(f"timer:{key}:{fired.generation}", chain)
            obeyed = await obey(self._log, org, key, decide, now=fired.due, trace=trace)
            if obeyed.recorded is not None or self._bus.redelivered(message):
                await self._set(self._machine.awaited(obeyed.state), org, key, chain)
            await self._bus.ack(message)

    async def _set(self, expected: Awaited | None, org: str, key: str, chain: str) -> None:
        if expected is None:
            return
        timer = Timer(
            service=self._machine.service,
            key=key,
            generation=expected.generation,
            due=expected.due,
            lane=f"{self._log.kind.name}:{key}",
            payload={"org": org, "correlation": chain},
        )
        await set_timer(self._bus, timer)
