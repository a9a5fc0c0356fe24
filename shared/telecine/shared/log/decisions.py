"""Obeying a command: load, decide, append, and again if somebody else wrote in between."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

import structlog

from telecine.shared.aggregates.verdicts import Refused, Unchanged
from telecine.shared.errors import Conflict, Refusal
from telecine.shared.events import Fact, Stamp
from telecine.shared.log.envelope import Recorded, Trace
from telecine.shared.log.eventlog import EventLog

logger = structlog.get_logger()

S = TypeVar("S")
F = TypeVar("F", bound=Fact)

#: Lost races after which something else must be wrong.
_TRIES = 20


@dataclass(frozen=True)
class Obeyed(Generic[S, F]):
    """How the aggregate stands after a command. `recorded` is the new fact, if there is one."""

    state: S
    sequence: int
    recorded: Recorded[S, F] | None


async def obey(
    log: EventLog[S, F],
    org: str,
    aggregate_id: str,
    decide: Callable[[S, datetime], F | Refused | Unchanged],
    *,
    now: datetime,
    trace: Trace,
) -> Obeyed[S, F]:
    """Let one command have its effect, at most once. Raises Refusal, Conflict or Unavailable.

    `now` is the virtual time of its cause; the fact's is never before the aggregate's last.
    """
    presumed = log.presumed(org, aggregate_id)
    for _ in range(_TRIES):
        loaded = presumed or await log.load(org, aggregate_id)
        at = loaded.time(now)
        decision = decide(loaded.state, at)
        if presumed and isinstance(decision, Refused | Unchanged):
            presumed = None  # only the log itself may say that nothing happens
            continue
        presumed = None
        if isinstance(decision, Refused):
            raise Refusal(decision.code, decision.message, decision.field)
        if isinstance(decision, Unchanged):
            return Obeyed(loaded.state, loaded.sequence, None)
        try:
            recorded = await log.append(loaded, decision, Stamp(org, aggregate_id, at), trace)
        except Conflict:
            continue
        state = await log.state_after(recorded)
        logger.info(decision.type, org=org, id=aggregate_id, version=recorded.version)
        return Obeyed(state, recorded.sequence, recorded)
    raise Conflict(f"{log.kind.name} {aggregate_id}: lost {_TRIES} races in a row")
