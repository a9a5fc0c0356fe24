"""Trying an endpoint out: an example of a webhook to look at, or sent like any other."""

import structlog

from telecine.platforms.pack import Fidelity
from telecine.shared.aggregates.endpoint import Active, Endpoint
from telecine.shared.contracts.endpoint_testing import (
    ExampleWebhook,
    GetExample,
    TestEndpoint,
    TestOwed,
)
from telecine.shared.errors import Refusal
from telecine.shared.events.endpoint import EndpointFact
from telecine.shared.ids import example_of, hex_of, object_id
from telecine.shared.log.eventlog import EventLog
from telecine.shared.sending.owed import Owed, owe
from telecine.shared.time.virtual_time import VirtualClock, wall_now
from telecine.shared.wire.bus import Bus
from telecine.subscriptions.checks import living
from telecine.subscriptions.examples import (
    example_body,
    example_headers,
    example_type,
)
from telecine.subscriptions.reach import Ensure

log = structlog.get_logger()


class TryingOut:
    """Examples are made from the endpoint as it is; nothing but a test leaves a trace."""

    def __init__(
        self,
        bus: Bus,
        log: EventLog[Endpoint, EndpointFact],
        clock: VirtualClock,
        *,
        fidelity: Fidelity,
        ensure_reachable: Ensure,
    ) -> None:
        self._bus = bus
        self._log = log
        self._clock = clock
        self._fidelity = fidelity
        self._ensure_reachable = ensure_reachable

    async def example(self, query: GetExample) -> ExampleWebhook:
        """Answer a webhook without sending it."""
        loaded = await self._log.load(query.org, query.endpoint_id)
        profile, now = living(loaded.state).profile, self._clock.now()
        event_type = example_type(query.type, profile, self._fidelity)
        delivery_id = object_id(now, profile.id, "example")
        return ExampleWebhook(
            type=event_type,
            headers=example_headers(delivery_id, profile, now, wall_now()),
            body=example_body(event_type, delivery_id, profile, now).decode(),
        )

    async def test(self, command: TestEndpoint) -> TestOwed:
        """Owe a test, durably. Raises Refusal if the endpoint is switched off or out of reach."""
        loaded = await self._log.load(command.org, command.endpoint_id)
        endpoint = living(loaded.state)
        if not isinstance(endpoint, Active):
            raise Refusal("conflict", "the endpoint is not active; activate it, then test it")
        profile, now = endpoint.profile, self._clock.now()
        event_type = example_type(command.type, profile, self._fidelity)
        await self._ensure_reachable(profile.subscription.url)
        delivery_id = object_id(now, profile.id, "test", command.request_key)
        owed = Owed(
            delivery_id=delivery_id,
            org=profile.org,
            endpoint_id=profile.id,
            endpoint_sequence=loaded.sequence,
            platform=profile.platform,
            event_id=hex_of(profile.id, "test", command.request_key),
            event_type=event_type,
            event_sequence=0,  # it stands in no log
            video_id=example_of(profile.id),
            at=now,
            matched_at=wall_now(),
            correlation_id=command.correlation_id,
            body=example_body(event_type, delivery_id, profile, now),
            trigger="test",
        )
        await owe(self._bus, owed)
        log.info("test.requested", endpoint_id=profile.id, delivery_id=delivery_id)
        return TestOwed(delivery_id=delivery_id, type=event_type)
