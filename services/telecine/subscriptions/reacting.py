"""Reacting to what comes of attempts: the house disables an endpoint, notes its recovery, and tells.

Each effect may be repeated: a fact is written once for its cause, a webhook has one id for its cause. So
the record of who fails is written behind all effects, and the acknowledgement behind that.
"""

from datetime import timedelta

import structlog
from nats.aio.msg import Msg

from telecine.shared.aggregates.event_types import OPERATIONAL_TYPES
from telecine.shared.errors import Refusal
from telecine.shared.events.attempt import (
    AttemptExhausted,
    AttemptFailing,
    AttemptGone,
    AttemptSucceeded,
)
from telecine.shared.log.envelope import Trace
from telecine.shared.wire.bus import Bus
from telecine.subscriptions.announcing import Announcing, Occasion
from telecine.subscriptions.attempt_news import News, read
from telecine.subscriptions.audience import Audience
from telecine.subscriptions.decider import Disable, Recover
from telecine.subscriptions.health import Healths
from telecine.subscriptions.health_decider import Endpoint, Failure, Health, failed, succeeded
from telecine.subscriptions.obeying import Obeying
from telecine.subscriptions.operational import of_delivery

log = structlog.get_logger()


class Reacting:
    """Listens to attempts, in their order."""

    def __init__(
        self,
        bus: Bus,
        *,
        audience: Audience,
        announcing: Announcing,
        obeying: Obeying,
        healths: Healths,
        disable_after: timedelta | None,
    ) -> None:
        self._bus = bus
        self._audience = audience
        self._announcing = announcing
        self._obeying = obeying
        self._healths = healths
        self._disable_after = disable_after

    async def take(self, messages: list[Msg]) -> None:
        """Let some news have their effects."""
        changed: dict[str, Health] = {}
        for message in messages:
            news = read(message)
            if isinstance(news.fact, AttemptSucceeded):
                await self._well(news, news.fact, changed)
            else:
                await self._unwell(news, news.fact, changed)
        if changed:
            await self._healths.put(changed)
        for message in messages:
            await self._bus.ack(message)

    async def _well(self, news: News, fact: AttemptSucceeded, changed: dict[str, Health]) -> None:
        for success in fact.attempts:
            endpoint_id = success.endpoint_id or news.endpoint_id
            health = changed.get(endpoint_id, self._healths.get(endpoint_id))
            diagnosis = succeeded(health, success)
            if diagnosis.health != health:
                changed[endpoint_id] = diagnosis.health
            if diagnosis.wish:
                await self._obey(news, endpoint_id, diagnosis.wish)

    async def _unwell(self, news: News, fact: Failure, changed: dict[str, Health]) -> None:
        endpoint_id = news.endpoint_id
        if isinstance(fact, AttemptGone):
            seen = await self._obeying.version_at(news.org, endpoint_id, fact.endpoint_sequence)
            await self._obey(news, endpoint_id, Disable("gone", seen))
            return
        if isinstance(fact, AttemptFailing | AttemptExhausted):
            await self._tell(news, fact)
        active = (await self._audience.of(news.org)).by_id.get(endpoint_id)
        if active is None:
            return  # nothing more is owed to it, and it begins anew when it is switched on
        health = changed.get(endpoint_id, self._healths.get(endpoint_id))
        known = Endpoint(active.profile.version, active.profile.renewed)
        diagnosis = failed(health, fact, news.at, known, self._disable_after)
        if diagnosis.wish:
            await self._obey(news, endpoint_id, diagnosis.wish)
        if diagnosis.health != health:
            changed[endpoint_id] = diagnosis.health

    async def _tell(self, news: News, fact: AttemptFailing | AttemptExhausted) -> None:
        if fact.event_type in OPERATIONAL_TYPES:
            return  # what becomes of the house's own news makes no more of them
        about = fact.video_id or news.endpoint_id
        occasion = Occasion(news.id, news.sequence, news.at, news.org, about, news.correlation_id)
        what = fact.type.partition(".")[2]
        data = of_delivery(fact, news.endpoint_id)
        await self._announcing.announce(f"delivery.{what}", occasion, data)

    async def _obey(self, news: News, endpoint_id: str, wish: Disable | Recover) -> None:
        trace = Trace(news.id, news.correlation_id)
        try:
            await self._obeying.obey(news.org, endpoint_id, wish, now=news.at, trace=trace)
        except Refusal as error:
            log.info("endpoint.left_alone", endpoint_id=endpoint_id, why=error.message)
