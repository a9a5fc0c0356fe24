"""Trying: one webhook goes out and comes to something; what that means is for others to decide."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from telecine.delivery.attempt import (
    Moment,
    Trigger,
    attempt_row,
    delivery_row,
    request,
    secret_headers,
    virtual_end,
)
from telecine.delivery.decider import State
from telecine.delivery.keyring import Keyring
from telecine.delivery.measures import AttemptMeasures
from telecine.delivery.outcome import Outcome
from telecine.delivery.records import Entry
from telecine.delivery.sender import Sender, WebhookRequest
from telecine.delivery.verdict import Verdict, judge
from telecine.platforms import packs
from telecine.shared.endpoint import Profile
from telecine.shared.owed import Owed
from telecine.shared.tracing import Tracing
from telecine.shared.virtual_time import VirtualClock, wall_now


@dataclass(slots=True, eq=False)
class Tried:
    """An attempt that was made: what went out, what came, and when it ended (virtual)."""

    owed: Owed
    sent: WebhookRequest
    secret: frozenset[str]
    key_ids: tuple[str, ...]
    outcome: Outcome
    verdict: Verdict
    moment: Moment
    ended_at: datetime

    def entry(
        self,
        after: State,
        trigger: Trigger,
        *,
        cause: str | None = None,
        repeat: bool = True,
        ordered: bool = False,
        new: bool = False,
    ) -> Entry:
        """Answer what it leaves on record if it leads to a state."""
        row = delivery_row(self.owed, after, self.ended_at, trigger)
        return Entry(row, self._row(after, trigger, cause), repeat, ordered, new)

    def _row(self, after: State, trigger: Trigger, cause: str | None) -> dict[str, Any]:
        return attempt_row(
            self.owed,
            self.sent,
            self.outcome,
            self.secret,
            after,
            key_ids=self.key_ids,
            number=after.next - 1,
            trigger=trigger,
            cause=cause,
            moment=self.moment,
            ended_at=self.ended_at,
        )


class Trying:
    """Signs and sends."""

    def __init__(
        self,
        clock: VirtualClock,
        sender: Sender,
        keyring: Keyring,
        *,
        timeout: float,
        retry_after_most: timedelta,
        measures: AttemptMeasures,
        tracing: Tracing,
    ) -> None:
        self._clock = clock
        self._sender = sender
        self._keyring = keyring
        self._timeout = timeout
        self._retry_after_most = retry_after_most
        self._measures = measures
        self._tracing = tracing

    async def send(
        self, owed: Owed, profile: Profile, now: datetime, wall: datetime | None = None
    ) -> Tried:
        """Send what is owed to an endpoint, as it is now. `now` is virtual, `wall` the same moment."""
        pack, moment = packs()[owed.platform], Moment(now, wall or wall_now())
        keys = self._keyring.ready(profile, now) or await self._keyring.of(profile, now)
        sent = request(owed, profile, pack, keys, moment=moment, timeout=self._timeout)
        with self._tracing.posting(sent.url) as exchange:
            if exchange.headers:
                sent = replace(sent, headers={**sent.headers, **exchange.headers})
            outcome = await self._sender.send(sent)
            exchange.ended(outcome.status, outcome.error)
        self._measures.attempted(outcome)
        return Tried(
            owed,
            sent,
            secret_headers(profile, pack),
            tuple(signer.id for signer in keys.signers),
            outcome,
            judge(outcome, wall_now, self._retry_after_most),
            moment,
            virtual_end(now, outcome, self._clock.anchor.speed),
        )
