"""An endpoint in each of its states, and each fact of its life; minute n belongs to version n."""

from dataclasses import replace

from telecine.shared.aggregates.endpoint import (
    Absent,
    Active,
    Deleted,
    Endpoint,
    Inactive,
    Profile,
)
from telecine.shared.aggregates.signing_keys import Keys, SigningKey
from telecine.shared.events import Stamp
from telecine.shared.events.endpoint import (
    EndpointActivated,
    EndpointCreated,
    EndpointDeactivated,
    EndpointDeleted,
    EndpointDisabled,
    EndpointFact,
    EndpointRecovered,
    EndpointSecretRead,
    EndpointSecretRotated,
    EndpointSettings,
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
SETTINGS = EndpointSettings(
    headers=(("x-shop", "d1e2f3a4"),),
    rate_limit=10,
    in_flight=4,
    timeout=7.5,
    retries=(0, 5, 60),
    signatures=("v1", "v1a"),
    ordering="video",
    timestamps="virtual",
)
SECOND = Subscription(
    url="https://shop.example/v2/hooks",
    types=("video.ready_to_watch",),
    settings=SETTINGS,
    narrowed=True,
)
KEY = SigningKey("a0b1c2d3", "v1")
ASYMMETRIC = SigningKey("e0f1a2b3", "v1a")
ROTATED = SigningKey("b1c2d3e4", "v1")


def stamp(version: int) -> Stamp:
    return Stamp(ORG, ID, minute(version))


def profile(
    version: int,
    subscription: Subscription = FIRST,
    *,
    keys: Keys = (KEY,),
    renewed: int = 1,
    updated: int | None = None,
    recovered_by: str | None = None,
) -> Profile:
    """Answer what the endpoint of this version has; it was born in minute 1."""
    return Profile(
        org=ORG,
        id=ID,
        version=version,
        platform=PLATFORM,
        request_key="create-1",
        keys=keys,
        subscription=subscription,
        created_at=minute(1),
        updated_at=minute(updated or version),
        renewed=renewed,
        recovered_by=recovered_by,
    )


ACTIVE = Active(profile(1))
INACTIVE = Inactive(profile(2))
DISABLED = Inactive(profile(2), "gone")
DELETED = Deleted(profile(3))
ACTIVATED = Active(profile(3, renewed=3))
UPDATED = Active(profile(2, SECOND, keys=(ASYMMETRIC, KEY), renewed=2))
RECOVERED = Active(profile(2, updated=1, recovered_by="69a42e80d0c1b2a394857667"))
#: The keys after a rotation in minute 2, which lets the older one sign until minute 60.
AFTER_ROTATION: Keys = (ROTATED, replace(KEY, until=minute(60)))

STATES: dict[str, Endpoint] = {
    "absent": Absent(),
    "active": ACTIVE,
    "inactive": INACTIVE,
    "disabled": DISABLED,
    "deleted": DELETED,
}

FACTS: dict[str, EndpointFact] = {
    "created": EndpointCreated(
        platform=PLATFORM,
        request_key="create-1",
        signing_key="a0b1c2d3",
        subscription=FIRST,
        active=True,
    ),
    "updated": EndpointUpdated(subscription=SECOND, asymmetric_key=ASYMMETRIC.id),
    "activated": EndpointActivated(),
    "deactivated": EndpointDeactivated(),
    "disabled": EndpointDisabled(why="gone"),
    "recovered": EndpointRecovered(delivery_id="69a42e80d0c1b2a394857667"),
    "rotated": EndpointSecretRotated(kind="v1", key=ROTATED.id, until=minute(60)),
    "read": EndpointSecretRead(keys=(KEY.id,)),
    "deleted": EndpointDeleted(),
}
