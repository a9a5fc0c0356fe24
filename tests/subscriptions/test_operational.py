"""The house's own webhooks: what is told of each event is what receivers may rely on."""

import pytest

from telecine.shared.aggregates.event_types import OPERATIONAL_TYPES
from telecine.shared.contracts.operational import OPERATIONAL_WEBHOOKS
from telecine.shared.events.attempt import AttemptExhausted, AttemptFailing
from telecine.shared.events.endpoint import EndpointDisabled, EndpointRecovered
from telecine.subscriptions.operational import Data, body, of_delivery, of_endpoint
from tests.shared.endpoints import ACTIVE
from tests.shared.videos import minute

PROFILE = ACTIVE.profile
FAILED = {
    "delivery_id": "d-1",
    "event_type": "video.uploaded",
    "video_id": "v-1",
    "number": 4,
}
TOLD: dict[str, Data] = {
    "endpoint.disabled": of_endpoint(EndpointDisabled(why="gone"), PROFILE),
    "endpoint.recovered": of_endpoint(EndpointRecovered(delivery_id="d-1"), PROFILE),
    "delivery.failing": of_delivery(
        AttemptFailing(**FAILED, status=503, error="status", next_at=minute(9)), "e-1"
    ),
    "delivery.exhausted": of_delivery(
        AttemptExhausted(**FAILED, status=None, error="timeout"), "e-1"
    ),
}


@pytest.mark.parametrize("event_type", OPERATIONAL_TYPES)
def test_what_is_told_is_what_the_contract_says(event_type: str) -> None:
    told = body(event_type, minute(5), TOLD[event_type])

    read = OPERATIONAL_WEBHOOKS[event_type].model_validate_json(told)

    assert read.model_dump()["type"] == event_type
