"""What `/v1` may ask of an endpoint's settings: every field, its limits, and what is said when it is wrong.

A patch says what it changes; a field that it does not have stays, null is the default (RFC 7396).
"""

from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StrictBool,
    model_serializer,
)

from telecine.shared.aggregates.endpoint_rules import (
    MAX_ATTEMPTS,
    MAX_CHANGED,
    schedule_problem,
)
from telecine.shared.aggregates.event_types import MAX_TYPES
from telecine.shared.events import Wire
from telecine.shared.events.endpoint import SignatureKind

RetryProfile = Literal["standard", "svix", "stripe", "mux", "none"]

MAX_DESCRIPTION = 1000
_PROFILES: tuple[str, ...] = get_args(RetryProfile)


def _retries(value: Any) -> Any:
    if value is None or value in _PROFILES:
        return value
    numbers = isinstance(value, list | tuple) and all(
        isinstance(each, int | float) and not isinstance(each, bool) for each in value
    )
    if not numbers:
        raise ValueError(
            f"is neither a profile nor a list; use one of {', '.join(_PROFILES)}, or the seconds "
            f"before each of 1 to {MAX_ATTEMPTS} attempts, such as [0, 5, 300]"
        )
    if problem := schedule_problem(value):
        raise ValueError(problem)
    return tuple(float(each) for each in value)


def _each_once(kinds: tuple[SignatureKind, ...]) -> tuple[SignatureKind, ...]:
    if len(set(kinds)) != len(kinds):
        raise ValueError("names a kind more than once; name each once")
    return kinds


Retries = Annotated[RetryProfile | tuple[float, ...] | None, BeforeValidator(_retries)]
Signatures = Annotated[
    tuple[SignatureKind, ...], Field(min_length=1, max_length=2), AfterValidator(_each_once)
]
#: Longer lists are refused before they are looked at.
Types = Annotated[tuple[str, ...], Field(max_length=MAX_TYPES)]
#: A finite number, whole or not; no text, and neither true nor false.
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


def _without_defaults(schema: dict[str, Any]) -> None:
    for field in schema.get("properties", {}).values():
        field.pop("default", None)


class _Patch(Wire):
    """Travels with the fields that were given, and no others; none has a default to be told of."""

    model_config = ConfigDict(json_schema_extra=_without_defaults)

    @model_serializer(mode="wrap")
    def _given(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {
            name: value for name, value in handler(self).items() if name in self.model_fields_set
        }


class SettingsPatch(_Patch):
    """How webhooks are sent to one endpoint. `headers`: by name; null takes one away, or all of them."""

    headers: Annotated[dict[str, str | None], Field(max_length=MAX_CHANGED)] | None = Field(
        default_factory=dict,
        description="Sent along with every webhook; kept secret, and shown as [redacted]. null: none.",
    )
    rate_limit: Annotated[Number, Field(ge=0.001, le=100_000)] | None = Field(
        None, description="Deliveries a second (virtual) at most, from 0.001 on; null: no limit."
    )
    in_flight: Annotated[int, Field(ge=1, le=1024, strict=True)] | None = Field(
        None, description="Attempts side by side at most, of each delivery worker."
    )
    timeout: Annotated[Number, Field(ge=0.1, le=120)] | None = Field(
        None, description="Seconds (wall) that one attempt may take in all, from 0.1 on."
    )
    retries: Retries = Field(
        None,
        description="A profile, or the seconds (virtual) before each attempt, of which the first is 0.",
    )
    signatures: Signatures | None = Field(
        None, description="v1: HMAC-SHA256; v1a: ed25519, which makes a key. null: v1 alone."
    )
    ordering: Literal["none", "video", "endpoint"] | None = Field(
        None, description="What is sent strictly one after the other; null: none."
    )
    timestamps: Literal["wall", "virtual"] | None = Field(
        None, description="Which time webhook-timestamp tells; null: wall."
    )

    @property
    def wants_asymmetric(self) -> bool:
        """Whether v1a is asked for."""
        return "v1a" in (self.signatures or ())


class EndpointPatch(_Patch):
    """What an owner changes of an endpoint."""

    url: str = ""
    description: Annotated[str, Field(max_length=MAX_DESCRIPTION)] | None = None
    types: Types = Field(
        (), description="Types by name, `video.*`, or `*` for all that the platform sends."
    )
    active: StrictBool = Field(True, description="Whether it is sent anything.")
    settings: SettingsPatch | None = Field(
        SettingsPatch(), description="null: all of them as the house has it."
    )


class NewEndpoint(Wire):
    """An endpoint to be made, of one platform."""

    platform: str
    url: str
    description: Annotated[str, Field(max_length=MAX_DESCRIPTION)] | None = None
    types: Types = Field(
        ("*",), description="Types by name, `video.*`, or `*` for all that the platform sends."
    )
    active: StrictBool = Field(True, description="Whether it is sent anything.")
    settings: SettingsPatch | None = SettingsPatch()
