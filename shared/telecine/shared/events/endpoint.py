"""What can happen to an endpoint; never a secret, only key ids."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal

from telecine.shared.events import Fact, Upcast, Wire

#: Standard Webhooks: v1 is HMAC-SHA256, v1a is ed25519.
SignatureKind = Literal["v1", "v1a"]
#: Why the house switched an endpoint off: its receiver answered 410, or failed for too long.
HouseReason = Literal["gone", "failing"]


class EndpointSettings(Wire):
    """How an endpoint wants its webhooks. What is None is as the house has it.

    `headers`: names, each with the key id of its value. `rate_limit`: deliveries a second, virtual.
    `in_flight`: attempts side by side, of each delivery worker. `timeout`: seconds on the wall.
    `retries`: a profile's name, or seconds before each attempt, the first included.
    """

    headers: tuple[tuple[str, str], ...] = ()
    rate_limit: float | None = None
    in_flight: int | None = None
    timeout: float | None = None
    retries: str | tuple[float, ...] | None = None
    signatures: tuple[SignatureKind, ...] = ("v1",)
    ordering: Literal["none", "video", "endpoint"] = "none"
    timestamps: Literal["wall", "virtual"] = "wall"


class Subscription(Wire):
    """What an endpoint's owner may change. Secrets are named by key id, never carried.

    `narrowed`: the owner chose `types` although the platform has no choice of them and sends all.
    """

    url: str
    description: str | None = None
    types: tuple[str, ...]
    token_key: str | None = None
    settings: EndpointSettings = EndpointSettings()
    narrowed: bool = False


def _made_active(told: dict[str, Any]) -> dict[str, Any]:
    """Version 1 told of active ones only: another was switched off by a fact of its own."""
    return {**told, "active": True}


class EndpointCreated(Fact):
    """`signing_key` names its first v1 key, `asymmetric_key` the v1a one if it was asked for. `active`:
    whether it is sent anything from the start."""

    type: ClassVar[str] = "endpoint.created"
    schema_version: ClassVar[int] = 2
    upcasts: ClassVar[Mapping[int, Upcast]] = {1: _made_active}
    platform: str
    request_key: str
    signing_key: str
    subscription: Subscription
    active: bool
    asymmetric_key: str | None = None


class EndpointUpdated(Fact):
    """`asymmetric_key` names the v1a key that was made with it, if it was."""

    type: ClassVar[str] = "endpoint.updated"
    subscription: Subscription
    asymmetric_key: str | None = None


class EndpointActivated(Fact):
    type: ClassVar[str] = "endpoint.activated"


class EndpointDeactivated(Fact):
    type: ClassVar[str] = "endpoint.deactivated"


class EndpointDisabled(Fact):
    """The house switched it off, for what came of its deliveries."""

    type: ClassVar[str] = "endpoint.disabled"
    why: HouseReason


class EndpointRecovered(Fact):
    """Deliveries to it had failed for a while, and `delivery_id` succeeded."""

    type: ClassVar[str] = "endpoint.recovered"
    delivery_id: str


class EndpointSecretRotated(Fact):
    """`key` signs from now on; those of its kind before it sign along until then (virtual)."""

    type: ClassVar[str] = "endpoint.secret_rotated"
    kind: SignatureKind
    key: str
    until: datetime


class EndpointSecretRead(Fact):
    """Somebody was shown the secrets of these keys."""

    type: ClassVar[str] = "endpoint.secret_read"
    keys: tuple[str, ...]


class EndpointDeleted(Fact):
    type: ClassVar[str] = "endpoint.deleted"


EndpointFact = (
    EndpointCreated
    | EndpointUpdated
    | EndpointActivated
    | EndpointDeactivated
    | EndpointDisabled
    | EndpointRecovered
    | EndpointSecretRotated
    | EndpointSecretRead
    | EndpointDeleted
)
