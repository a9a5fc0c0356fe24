"""Telling what the house did to endpoints: it switched one off, or noted that one is well again."""

from nats.aio.msg import Msg

from telecine.shared.aggregates.endpoint import Absent, Endpoint
from telecine.shared.errors import BrokenLog
from telecine.shared.events.endpoint import EndpointDisabled, EndpointFact, EndpointRecovered
from telecine.shared.log.eventlog import EventLog
from telecine.shared.wire.bus import Bus
from telecine.subscriptions.announcing import Announcing, Occasion
from telecine.subscriptions.operational import of_endpoint

FACTS = (EndpointDisabled, EndpointRecovered)


class EndpointNews:
    """Announces facts of endpoints; idempotent by the fact's id."""

    def __init__(
        self, bus: Bus, log: EventLog[Endpoint, EndpointFact], announcing: Announcing
    ) -> None:
        self._bus = bus
        self._log = log
        self._announcing = announcing

    async def take(self, messages: list[Msg]) -> None:
        """Announce some facts, in their order."""
        for message in messages:
            recorded = self._log.parse(message)
            state = await self._log.state_after(recorded)
            if isinstance(state, Absent) or not isinstance(recorded.fact, FACTS):
                raise BrokenLog(f"{message.subject} is no news of an endpoint")
            occasion = Occasion(
                recorded.id,
                recorded.sequence,
                recorded.stamp.at,
                recorded.stamp.org,
                recorded.stamp.id,
                recorded.trace.correlation_id,
            )
            data = of_endpoint(recorded.fact, state.profile)
            await self._announcing.announce(recorded.fact.type, occasion, data)
        for message in messages:
            await self._bus.ack(message)
