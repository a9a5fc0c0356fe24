"""What may be asked of an endpoint's keys: to be rotated, and to be shown to their owner."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field

from telecine.shared.contracts import Command
from telecine.shared.contracts.subscriptions import EndpointAnswer
from telecine.shared.events import Wire
from telecine.shared.events.endpoint import SignatureKind

#: Seconds (virtual) that an old key signs along, if nothing else is said; and the most of it.
OVERLAP = 24 * 3600.0
MAX_OVERLAP = 30 * 24 * 3600.0


class RotateSecret(Command[EndpointAnswer]):
    """`kind` None: that of the `secret`, or else the one that the endpoint signs with."""

    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "endpoint.rotate_secret"
    reply: ClassVar[type[Any]] = EndpointAnswer
    endpoint_id: str
    request_key: str
    kind: SignatureKind | None = None
    secret: str | None = Field(None, repr=False)
    overlap: Annotated[float, Field(ge=0, le=MAX_OVERLAP)] = OVERLAP


class ShownKey(Wire):
    """A key that signs. `secret`: in clear, if it was asked for; `public`: the half that receivers have."""

    id: str
    kind: SignatureKind
    secret: str | None = Field(None, repr=False)
    public: str | None = None
    until: datetime | None = None


class ShownKeys(Wire):
    """Newest first. Never stored, never logged by who asked."""

    keys: list[ShownKey]


class ReadSecrets(Command[ShownKeys]):
    """Show an endpoint's keys to its owner, on record. `private`: ed25519's secret half too."""

    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "endpoint.read_secrets"
    reply: ClassVar[type[Any]] = ShownKeys
    endpoint_id: str
    private: bool = False
