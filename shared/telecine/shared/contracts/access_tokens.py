"""What may be asked of ingest about access tokens: leave to watch one asset, for a time or for ever."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field

from telecine.shared.contracts import Command, Request
from telecine.shared.events import Wire

#: Tokens in one answer: each may carry 10 KB of its owner's, and a reply has 1 MiB.
TOKENS_PAGE = 50


class Terms(Wire):
    """What an owner may change of a token. `valid_until` is virtual; None: it never ends."""

    valid_until: datetime | None = None
    single_use: bool = False
    annotations: tuple[dict[str, Any], ...] = ()


class AccessToken(Wire):
    code: str
    asset_id: str
    terms: Terms


class AccessTokenAnswer(Wire):
    """A token as it stands."""

    token: AccessToken


class AccessTokenPage(Wire):
    """Some of an asset's tokens, and how many there are in all."""

    tokens: list[AccessToken]
    total: int


class CreateAccessToken(Command[AccessTokenAnswer]):
    """Make a token; the same request answers the same one. Nobody asks here whether there is such an
    asset."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "access_token.create"
    reply: ClassVar[type[Any]] = AccessTokenAnswer
    asset_id: str
    request_key: str
    terms: Terms


class UpdateAccessToken(Command[AccessTokenAnswer]):
    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "access_token.update"
    reply: ClassVar[type[Any]] = AccessTokenAnswer
    asset_id: str
    code: str
    terms: Terms


class GetAccessToken(Request[AccessTokenAnswer]):
    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "access_token.get"
    reply: ClassVar[type[Any]] = AccessTokenAnswer
    org: str
    asset_id: str
    code: str


class ListAccessTokens(Request[AccessTokenPage]):
    """Newest first."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "access_token.list"
    reply: ClassVar[type[Any]] = AccessTokenPage
    org: str
    asset_id: str
    offset: int = 0
    limit: Annotated[int, Field(ge=1, le=TOKENS_PAGE)] = TOKENS_PAGE
