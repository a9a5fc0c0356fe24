"""What can happen to an endpoint; never a secret, only key ids."""

from typing import ClassVar

from telecine.shared.events import Fact, Wire


class Subscription(Wire):
    """What an endpoint's owner may change. Secrets are named by key id, never carried."""

    url: str
    description: str | None = None
    types: tuple[str, ...]
    token_key: str | None = None


class EndpointCreated(Fact):
    type: ClassVar[str] = "endpoint.created"
    platform: str
    request_key: str
    signing_key: str
    subscription: Subscription


class EndpointUpdated(Fact):
    type: ClassVar[str] = "endpoint.updated"
    subscription: Subscription


class EndpointActivated(Fact):
    type: ClassVar[str] = "endpoint.activated"


class EndpointDeactivated(Fact):
    type: ClassVar[str] = "endpoint.deactivated"


class EndpointDeleted(Fact):
    type: ClassVar[str] = "endpoint.deleted"


EndpointFact = (
    EndpointCreated | EndpointUpdated | EndpointActivated | EndpointDeactivated | EndpointDeleted
)
