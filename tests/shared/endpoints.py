"""An endpoint in each of its states, and each fact of its life; minute n belongs to version n."""

from telecine.shared.endpoint import Absent, Active, Deleted, Endpoint, Inactive, Profile
from telecine.shared.events import Stamp
from telecine.shared.events.endpoint import (
    EndpointActivated,
    EndpointCreated,
    EndpointDeactivated,
    EndpointDeleted,
    EndpointFact,
    EndpointUpdated,
    Subscription,
)
from tests.shared.videos import ORG, minute

ID = "630fac88e4b0a1c2d3e4f506"
PLATFORM = "omega"

FIRST = Subscription(
    url="https://shop.example/hooks",
    description="the shop",
    types=("video.uploaded", "video.ready_to_watch"),
    token_key="c1d2e3f4",
)
SECOND = Subscription(url="https://shop.example/v2/hooks", types=("video.ready_to_watch",))


def stamp(version: int) -> Stamp:
    return Stamp(ORG, ID, minute(version))


def profile(version: int, subscription: Subscription = FIRST) -> Profile:
    """Answer what the endpoint of this version has; it was born in minute 1."""
    return Profile(
        org=ORG,
        id=ID,
        version=version,
        platform=PLATFORM,
        request_key="create-1",
        signing_key="a0b1c2d3",
        subscription=subscription,
        created_at=minute(1),
        updated_at=minute(version),
    )


ACTIVE = Active(profile(1))
INACTIVE = Inactive(profile(2))
DELETED = Deleted(profile(3))

STATES: dict[str, Endpoint] = {
    "absent": Absent(),
    "active": ACTIVE,
    "inactive": INACTIVE,
    "deleted": DELETED,
}

FACTS: dict[str, EndpointFact] = {
    "created": EndpointCreated(
        platform=PLATFORM, request_key="create-1", signing_key="a0b1c2d3", subscription=FIRST
    ),
    "updated": EndpointUpdated(subscription=SECOND),
    "activated": EndpointActivated(),
    "deactivated": EndpointDeactivated(),
    "deleted": EndpointDeleted(),
}
