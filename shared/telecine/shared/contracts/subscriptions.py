"""What may be asked of subscriptions: endpoints, and their secrets."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from telecine.shared.aggregates import endpoint
from telecine.shared.contracts import PAGE, Command, Done, Request
from telecine.shared.contracts.endpoint_settings import EndpointPatch, SettingsPatch
from telecine.shared.events import Wire

LivingEndpoint = Annotated[endpoint.Living, Field(discriminator="kind")]

#: Endpoints in one answer: each may have 12 kB, and a reply has 1 MiB.
ENDPOINTS_PAGE = min(PAGE, 50)


class EndpointAnswer(Wire):
    """An endpoint as it stands, never with a secret."""

    endpoint: LivingEndpoint


class EndpointPage(Wire):
    endpoints: list[LivingEndpoint]
    total: int


class EndpointWish(Wire):
    """What an owner asks of an endpoint. `token` is a secret that the platform sends along.

    `narrowed`: the types were chosen, whether or not the platform offers a choice.
    """

    url: str
    description: str | None = None
    types: tuple[str, ...]
    token: str | None = Field(None, repr=False)
    narrowed: bool = False


class CreateEndpoint(Command[EndpointAnswer]):
    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "endpoint.create"
    reply: ClassVar[type[Any]] = EndpointAnswer
    platform: str
    request_key: str
    wish: EndpointWish
    settings: SettingsPatch = SettingsPatch()
    active: bool = True


class UpdateEndpoint(Command[EndpointAnswer]):
    """Replace what a platform's own API can say; settings, and types that it has no word for, stay."""

    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "endpoint.update"
    reply: ClassVar[type[Any]] = EndpointAnswer
    platform: str
    endpoint_id: str
    wish: EndpointWish


class ChangeEndpoint(Command[EndpointAnswer]):
    """Change some of an endpoint, of whichever platform; all in one fact, but for switching it."""

    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "endpoint.change"
    reply: ClassVar[type[Any]] = EndpointAnswer
    endpoint_id: str
    patch: EndpointPatch


class SetEndpointActive(Command[EndpointAnswer]):
    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "endpoint.set_active"
    reply: ClassVar[type[Any]] = EndpointAnswer
    platform: str
    endpoint_id: str
    active: bool


class DeleteEndpoint(Command[Done]):
    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "endpoint.delete"
    reply: ClassVar[type[Any]] = Done
    platform: str | None
    endpoint_id: str


class GetEndpoint(Request[EndpointAnswer]):
    """`platform` empty: whichever platform's it is."""

    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "endpoint.get"
    reply: ClassVar[type[Any]] = EndpointAnswer
    org: str
    endpoint_id: str
    platform: str | None = None


class ListEndpoints(Request[EndpointPage]):
    """Newest first."""

    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "endpoint.list"
    reply: ClassVar[type[Any]] = EndpointPage
    org: str
    platform: str | None = None
    offset: int = 0
    limit: Annotated[int, Field(ge=1, le=ENDPOINTS_PAGE)] = ENDPOINTS_PAGE


class Secrets(Wire):
    """Secrets in the clear, by key id. Never stored, never logged by who asked."""

    secrets: dict[str, str]


class GetSecrets(Request[Secrets]):
    """Ask for an endpoint's secrets by their key ids."""

    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "endpoint.secret"
    reply: ClassVar[type[Any]] = Secrets
    org: str
    endpoint_id: str
    key_ids: tuple[str, ...]
