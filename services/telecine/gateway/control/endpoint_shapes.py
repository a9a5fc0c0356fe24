"""An endpoint and its keys as `/v1` answers them, and what it takes of a rotation."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from telecine.gateway.control.shapes import Shape
from telecine.shared.aggregates.endpoint import Inactive, Living
from telecine.shared.aggregates.endpoint_rules import REDACTED
from telecine.shared.aggregates.signing_keys import SigningKey
from telecine.shared.contracts.endpoint_secrets import MAX_OVERLAP, OVERLAP, ShownKey
from telecine.shared.contracts.endpoint_settings import Number
from telecine.shared.events.endpoint import EndpointSettings, SignatureKind


class SettingsShape(Shape):
    """How webhooks are sent to it; null is the house's default. A header's value is never shown."""

    headers: dict[str, str]
    rate_limit: float | None
    in_flight: int | None
    timeout: float | None
    retries: str | list[float] | None
    signatures: list[SignatureKind]
    ordering: Literal["none", "video", "endpoint"]
    timestamps: Literal["wall", "virtual"]

    @classmethod
    def of(cls, settings: EndpointSettings) -> "SettingsShape":
        retries = settings.retries
        return cls(
            headers={name: REDACTED for name, _ in settings.headers},
            rate_limit=settings.rate_limit,
            in_flight=settings.in_flight,
            timeout=settings.timeout,
            retries=list(retries) if isinstance(retries, tuple) else retries,
            signatures=list(settings.signatures),
            ordering=settings.ordering,
            timestamps=settings.timestamps,
        )


class KeyShape(Shape):
    """The name of a key that signs; `until`: when an older one stops (virtual)."""

    id: str
    kind: SignatureKind
    until: datetime | None

    @classmethod
    def of(cls, key: SigningKey) -> "KeyShape":
        return cls(id=key.id, kind=key.kind, until=key.until)


class EndpointShape(Shape):
    """An endpoint of whichever platform. `why`: if it is not active, who switched it off and why. `keys`:
    those that sign now, newest first."""

    id: str
    platform: str
    url: str
    description: str | None
    types: list[str]
    active: bool
    why: Literal["owner", "gone", "failing"] | None
    settings: SettingsShape
    keys: list[KeyShape]
    created_at: datetime
    updated_at: datetime
    version: int

    @classmethod
    def of(cls, endpoint: Living, now: datetime) -> "EndpointShape":
        """Answer an endpoint as it is at a virtual moment."""
        profile, subscription = endpoint.profile, endpoint.profile.subscription
        why = endpoint.why if isinstance(endpoint, Inactive) else None
        return cls(
            id=profile.id,
            platform=profile.platform,
            url=subscription.url,
            description=subscription.description,
            types=list(subscription.types),
            active=why is None,
            why=why,
            settings=SettingsShape.of(subscription.settings),
            keys=[KeyShape.of(key) for key in profile.keys_at(now)],
            created_at=profile.created_at,
            updated_at=profile.updated_at,
            version=profile.version,
        )


class EndpointsAnswer(Shape):
    endpoints: list[EndpointShape]
    total: int


class KeyAnswer(Shape):
    """A key in clear: `secret` of v1, `public` of v1a (and its secret half, if that was asked for)."""

    id: str
    kind: SignatureKind
    secret: str | None
    public: str | None
    until: datetime | None

    @classmethod
    def of(cls, key: ShownKey) -> "KeyAnswer":
        return cls(**key.model_dump())


class SecretAnswer(Shape):
    """The Standard Webhooks secret that signs v1 now, null if none does, and every key that signs now,
    newest first."""

    secret: str | None
    keys: list[KeyAnswer]


class Rotation(Shape):
    """How a key is followed by another one; all of it may be left out."""

    secret: Annotated[str, Field(max_length=256)] | None = Field(
        None, description="A secret of your own: whsec_ (24 to 64 bytes) or whsk_, and base64."
    )
    overlap: Annotated[Number, Field(ge=0, le=MAX_OVERLAP)] = Field(
        OVERLAP, description="Seconds (virtual) that the old key signs along; 0: not at all."
    )
    kind: SignatureKind | None = Field(
        None, description="Which kind of key; without it the secret's, or the one that signs."
    )


class TestWish(Shape):
    """Which type to send an example of; without it the first that the endpoint is sent."""

    __test__: ClassVar[bool] = False  # pytest: no class of tests

    type: str | None = None


class TestAnswer(Shape):
    """A test is on its way; `GET /v1/deliveries/{delivery_id}` shows it once it was attempted."""

    __test__: ClassVar[bool] = False

    delivery_id: str
    type: str


class ExampleAnswer(Shape):
    """A webhook as it would go out. Secrets are hidden, and signatures are made at the attempt."""

    type: str
    headers: dict[str, str]
    body: Any
