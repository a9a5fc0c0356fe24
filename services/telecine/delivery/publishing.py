"""What follows from an attempt on record: the timer of the next one, and the news of this one."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from telecine.delivery.decider import Exhausted, Postponed, State, Succeeded
from telecine.shared.bus import Bus
from telecine.shared.cloudevents import cloudevent
from telecine.shared.events.attempt import (
    AttemptExhausted,
    AttemptFailed,
    AttemptFailing,
    AttemptGone,
    AttemptMade,
    AttemptResendFailed,
    AttemptSucceeded,
    Success,
)
from telecine.shared.owed import Owed
from telecine.shared.timers import Timer, cancel_timer, set_timer

#: How many attempts of a delivery have failed when it is told that it is failing.
FAILING = 4


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


def news(
    owed: Owed, state: State, attempt: Mapping[str, Any]
) -> list[AttemptMade | AttemptSucceeded]:
    """Answer the facts to tell about an attempt (a row, see tables.py); a discard has none."""
    told = _told(owed, attempt)
    found: list[AttemptMade | AttemptSucceeded] = []
    match state:
        case Succeeded():
            found.append(_success(owed, attempt))
        case Postponed(next=next_, due=due, resent=resent):
            found.append(AttemptFailed(**told, next_at=due))
            if next_ - 1 - resent == FAILING:
                found.append(AttemptFailing(**told, next_at=due))
        case Exhausted():
            found.append(AttemptExhausted(**told))
    if attempt["status"] == HTTPStatus.GONE:
        found.append(AttemptGone(**told, endpoint_sequence=owed.endpoint_sequence))
    return found


def news_on_record(owed: Owed, attempt: Mapping[str, Any]) -> AttemptMade | AttemptSucceeded:
    """Answer the fact to tell about an attempt from its row alone: the delivery may have moved on."""
    told = _told(owed, attempt)
    if attempt["error"] is None:
        return _success(owed, attempt)
    if attempt["next_at"]:
        return AttemptFailed(**told, next_at=attempt["next_at"])
    return (AttemptResendFailed if attempt["trigger"] == "resend" else AttemptExhausted)(**told)


def _told(owed: Owed, attempt: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "delivery_id": owed.delivery_id,
        "event_type": owed.event_type,
        "video_id": owed.video_id,
        "number": attempt["number"],
        "status": attempt["status"],
        "error": attempt["error"],
    }


def _success(owed: Owed, attempt: Mapping[str, Any]) -> AttemptSucceeded:
    one = Success(
        endpoint_id=owed.endpoint_id,
        delivery_id=owed.delivery_id,
        event_type=owed.event_type,
        video_id=owed.video_id,
        number=attempt["number"],
        status=attempt["status"],
    )
    return AttemptSucceeded(attempts=(one,))


class Publishing:
    """Publishes what follows; repeating it changes nothing, since timers and ids are the same."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def outcome(self, owed: Owed, state: State, attempt: Mapping[str, Any]) -> None:
        """Tell of this attempt, then set the next one's timer, if there is to be one.

        In this order: once the timer fires the chain moves on, and a repetition of this would be
        dropped with the news untold.
        """
        for fact in news(owed, state, attempt):
            await self._tell(owed, fact, attempt)
        if isinstance(state, Postponed):
            await set_timer(self._bus, next_timer(owed, state))

    async def on_record(self, owed: Owed, state: State, attempt: Mapping[str, Any]) -> None:
        """Tell of a resend, or of an attempt before it, then see to the timer of who waits.

        A resend moves the timer on to the number that comes next; its due time stays. Nobody waits
        behind a success, so a timer that was set before is cancelled.
        """
        await self._tell(owed, news_on_record(owed, attempt), attempt)
        if isinstance(state, Postponed):
            await set_timer(self._bus, next_timer(owed, state))
        elif isinstance(state, Succeeded):
            await cancel_timer(self._bus, "delivery", owed.delivery_id, state.next)

    async def _tell(
        self, owed: Owed, fact: AttemptMade | AttemptSucceeded, attempt: Mapping[str, Any]
    ) -> None:
        event_id = f"{owed.delivery_id}-{attempt['number']}"
        if isinstance(fact, AttemptFailing | AttemptGone):  # told beside another
            event_id += f"-{fact.type.partition('.')[2]}"
        whose = "_" if isinstance(fact, AttemptSucceeded) else owed.endpoint_id
        headers = cloudevent(
            event_id,
            fact.type,
            f"/telecine/{owed.org}/delivery",
            subject=owed.endpoint_id,
            at=attempt["ended_at"],
            cause=owed.delivery_id,
            correlation=owed.correlation_id,
        )
        headers["telecine-schema"] = str(fact.schema_version)
        await self._bus.publish(
            f"{fact.type}.{owed.org}.{whose}",
            fact.model_dump_json().encode(),
            headers=headers,
            message_id=event_id,
        )
