"""Trying: one webhook goes out and comes to something; what that means is for others to decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from telecine.delivery.attempt import Trigger, attempt_row, delivery_row, virtual_end
from telecine.delivery.decider import State
from telecine.delivery.keyring import Keyring, Keys
from telecine.delivery.measures import AttemptMeasures
from telecine.delivery.outcome import Outcome
from telecine.delivery.records import Entry
from telecine.delivery.sender import Sender
from telecine.delivery.stencil import Moment, Stencil, stencil_of
from telecine.delivery.verdict import Verdict, judge, unasked
from telecine.platforms import packs
from telecine.shared.aggregates.endpoint import Profile
from telecine.shared.observing.tracing import Tracing
from telecine.shared.sending.owed import Owed
from telecine.shared.time.virtual_time import VirtualClock, wall_now

log = structlog.get_logger()


@dataclass(slots=True, eq=False)
class Tried:
    """An attempt that was made: what went out (`headers` as they are kept on record), what came, and when
    it ended (virtual)."""

    owed: Owed
    stencil: Stencil
    headers: str
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
        attempt = attempt_row(
            self.owed,
            self.stencil,
            self.headers,
            self.outcome,
            after,
            trigger=trigger,
            cause=cause,
            moment=self.moment,
            ended_at=self.ended_at,
        )
        delivery = delivery_row(self.owed, after, self.ended_at, trigger)
        return Entry(delivery, attempt, repeat, ordered, new)


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
        self._stencils: dict[str, tuple[Profile, Keys, Stencil]] = {}  # by endpoint, the last one

    async def send(
        self, owed: Owed, profile: Profile, now: datetime, wall: datetime | None = None
    ) -> Tried:
        """Send what is owed to an endpoint, as it is now. `now` is virtual, `wall` the same moment."""
        moment = Moment(now, wall or wall_now())
        keys = self._keyring.ready(profile, now) or await self._keyring.of(profile, now)
        if self._tracing.follows:
            with self._tracing.posting(profile.subscription.url) as exchange:
                sent = self._make(profile, owed.platform, keys, exchange.headers).fill(
                    owed, moment
                )
                outcome = await self._sender.send(sent)
                exchange.ended(outcome.status, outcome.error)
        else:
            sent = self._stencil(profile, owed.platform, keys).fill(owed, moment)
            outcome = await self._sender.send(sent)
        self._measures.attempted(outcome)
        return Tried(
            owed,
            sent.stencil,
            sent.record,
            outcome,
            self._judged(outcome),
            moment,
            virtual_end(now, outcome, self._clock.anchor.speed),
        )

    def forget(self, endpoint_id: str) -> None:
        """Hold nothing of an endpoint any more, its secrets above all: it is deleted, or switched off."""
        self._stencils.pop(endpoint_id, None)
        self._keyring.forget(endpoint_id)

    def _judged(self, outcome: Outcome) -> Verdict:
        """Answer the verdict. Nothing may fail behind a webhook that went out: it would go out again."""
        try:
            return judge(outcome, wall_now, self._retry_after_most)
        except Exception as error:  # noqa: BLE001 - whatever it is, the attempt goes on record
            log.warning("attempt.not_judged", address=outcome.address, error=repr(error))
            return unasked(outcome)

    def _stencil(self, profile: Profile, platform: str, keys: Keys) -> Stencil:
        known = self._stencils.get(profile.id)
        if known and known[0] is profile and known[1] is keys:
            return known[2]
        stencil = self._make(profile, platform, keys, {})
        self._stencils[profile.id] = profile, keys, stencil
        return stencil

    def _make(
        self, profile: Profile, platform: str, keys: Keys, carried: Mapping[str, str]
    ) -> Stencil:
        return stencil_of(profile, packs()[platform], keys, self._timeout, carried)
