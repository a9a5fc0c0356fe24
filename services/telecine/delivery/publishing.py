"""What follows from an attempt on record: the news of it, and the timer of the next one.

Repeating any of it changes nothing, since timers and ids are the same.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

import orjson

from telecine.delivery.decider import Postponed
from telecine.delivery.rows import AttemptValues
from telecine.shared.events.attempt import (
    AttemptExhausted,
    AttemptFailed,
    AttemptFailing,
    AttemptGone,
    AttemptMade,
    AttemptResendFailed,
    AttemptSucceeded,
)
from telecine.shared.ids import hex_of
from telecine.shared.sending.owed import Owed
from telecine.shared.time.timers import Timer, set_timer
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.cloudevents import cloudevent

#: How many attempts of a delivery's schedule have failed when it is told that it is failing.
FAILING = 4
#: Attempts that are made on request: they leave a delivery's chain as it is, or are all of it.
_ASIDE = ("resend", "replay", "test")


@dataclass(slots=True, eq=False)
class Told:
    """An attempt to tell of, and what was owed. `seen` is the endpoint's last fact that was known then,
    `resent` how many before it were resends, `trace` the context of the trace that it belongs to."""

    owed: Owed
    attempt: AttemptValues
    seen: int
    resent: int = 0
    trace: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery whose next attempt has a due time."""

    owed: Owed
    state: Postponed
    trace: Mapping[str, str] = field(default_factory=dict)


def next_timer(owed: Owed, state: Postponed) -> Timer:
    """Answer the timer that holds the next attempt; its generation is the attempt's number."""
    return Timer(
        service="delivery",
        key=owed.delivery_id,
        generation=state.next,
        due=state.due,
        lane=f"delivery:{owed.delivery_id}",
        payload={"org": owed.org, "correlation": owed.correlation_id},
    )


def news(told: Told) -> list[AttemptMade]:
    """Answer the facts to tell about an attempt that failed, from its row and what was before it: the
    delivery may have moved on."""
    attempt, owed = told.attempt, told.owed
    common = {
        "delivery_id": owed.delivery_id,
        "event_type": owed.event_type,
        "video_id": owed.video_id,
        "number": attempt.number,
        "status": attempt.status,
        "error": attempt.error,
    }
    aside = attempt.trigger in _ASIDE
    facts: list[AttemptMade] = []
    if attempt.next_at:
        facts.append(AttemptFailed(**common, next_at=attempt.next_at))
        if attempt.number - told.resent == FAILING and not aside:
            facts.append(AttemptFailing(**common, next_at=attempt.next_at))
    if attempt.status == HTTPStatus.GONE:
        facts.append(AttemptGone(**common, endpoint_sequence=told.seen))
    if aside:
        return facts or [AttemptResendFailed(**common)]
    if not attempt.next_reason:  # nothing is next: it was the schedule's last
        facts.append(AttemptExhausted(**common))
    return facts


def successes(told: Sequence[Told]) -> bytes:
    """Answer the body of the one `attempt.succeeded` about attempts that went well."""
    return orjson.dumps(
        {
            "attempts": [
                {
                    "endpoint_id": each.owed.endpoint_id,
                    "delivery_id": each.owed.delivery_id,
                    "event_type": each.owed.event_type,
                    "video_id": each.owed.video_id,
                    "number": each.attempt.number,
                    "status": each.attempt.status,
                }
                for each in told
            ]
        }
    )


class Publishing:
    """Publishes what follows."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def tell(self, attempts: Iterable[Told]) -> None:
        """Tell of attempts: those of an organisation that went well in one message, others in their own."""
        good: dict[str, list[Told]] = defaultdict(list)
        bad: list[Told] = []
        for told in attempts:
            if told.attempt.error is None:
                good[told.owed.org].append(told)
            else:
                bad.append(told)
        await asyncio.gather(
            *(self._tell_successes(org, told) for org, told in good.items()),
            *(self._tell_failure(told, fact) for told in bad for fact in news(told)),
        )

    async def set_timers(self, waiting: Iterable[Waiting]) -> None:
        """Set the timers of what is postponed."""
        await asyncio.gather(*map(self._set_timer, waiting))

    async def _set_timer(self, waiting: Waiting) -> None:
        with self._bus.tracing.continuing(waiting.trace):
            await set_timer(self._bus, next_timer(waiting.owed, waiting.state))

    async def _tell_successes(self, org: str, told: list[Told]) -> None:
        one, body = told[0].owed, successes(told)
        only = f"{one.delivery_id}-{told[0].attempt.number}"
        await self._publish(
            AttemptSucceeded,
            body,
            org,
            "_",
            event_id=only if len(told) == 1 else hex_of(body.decode()),
            at=max(each.attempt.ended_at for each in told),
            cause=one.delivery_id,
            correlation=one.correlation_id,
        )

    async def _tell_failure(self, told: Told, fact: AttemptMade) -> None:
        owed = told.owed
        event_id = f"{owed.delivery_id}-{fact.number}"
        if isinstance(fact, AttemptFailing | AttemptGone):  # what follows from some attempts only
            event_id += f"-{fact.type.partition('.')[2]}"
        with self._bus.tracing.continuing(told.trace):
            await self._publish(
                type(fact),
                fact.model_dump_json().encode(),
                owed.org,
                owed.endpoint_id,
                event_id=event_id,
                at=told.attempt.ended_at,
                cause=owed.delivery_id,
                correlation=owed.correlation_id,
            )

    async def _publish(
        self,
        fact: type[AttemptMade] | type[AttemptSucceeded],
        body: bytes,
        org: str,
        whose: str,
        *,
        event_id: str,
        at: datetime,
        cause: str,
        correlation: str,
    ) -> None:
        source = f"/telecine/{org}/delivery"
        headers = cloudevent(
            event_id,
            fact.type,
            source,
            subject=whose,
            at=at,
            cause=cause,
            correlation=correlation,
        )
        headers["telecine-schema"] = str(fact.schema_version)
        await self._bus.publish(
            f"{fact.type}.{org}.{whose}",
            body,
            headers=headers,
            message_id=event_id,
        )
