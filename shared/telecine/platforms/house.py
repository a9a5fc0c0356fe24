"""The house as a platform's routes see it: whom a key belongs to, what time it is, whom to ask."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from pathlib import Path
from typing import Literal, Protocol, TypeVar
from uuid import uuid4

from fastapi import Request as HttpRequest
from structlog.contextvars import bind_contextvars

from telecine.shared.contracts import Request
from telecine.shared.contracts.clock import ClockAnswer
from telecine.shared.errors import Unavailable
from telecine.shared.events import Wire
from telecine.shared.ids import hex_of, uuid_of

R = TypeVar("R", bound=Wire)


class Call(Protocol):
    """Asks a service. Raises Refusal as it did, or Unavailable if it does not answer."""

    async def __call__(self, request: Request[R]) -> R: ...


@dataclass(frozen=True)
class Caller:
    """Who calls, and the ids of this call: `request_key` names its wish, however often it is sent."""

    org: str
    request_id: str
    request_key: str
    correlation_id: str

    def ids(self) -> dict[str, str]:
        """Answer what every command carries."""
        return {
            "org": self.org,
            "request_id": self.request_id,
            "correlation_id": self.correlation_id,
        }


#: Makes a new run of the house; answers its clock. Raises Refusal if somebody does not follow.
Reset = Callable[[], Awaitable[ClockAnswer]]


class Accounts(Protocol):
    """Credentials that come and go while the house runs; see the gateway's `Credentials`."""

    def holder_of(self, token: str) -> str | None: ...

    async def issue(self, org: str, wish: str) -> str: ...

    async def withdraw(self, token: str) -> None: ...

    async def replace(self, org: str, key: str, wish: str) -> str: ...


def wish_of(org: str, path: str, key: str) -> str:
    """Answer the name of a wish: the same for whatever is sent there with the same `Idempotency-Key`."""
    return hex_of(org, path, key)


@dataclass(frozen=True)
class House:
    """What the packs and the control API are given.

    `kept`: the file of an upload by its key, if its bytes are still there. `upload_limit`: bytes that
    one uploaded file may have.
    """

    call: Call
    now: Callable[[], datetime]
    orgs: Mapping[str, Sequence[str]]
    quirks: Literal["on", "off"]
    fidelity: Literal["documented", "extended"]
    seed: int
    kept: Callable[[str], Path | None]
    upload_limit: int = 5 * 1024**3
    accounts: Accounts | None = None
    reset: Reset | None = None

    def org_of(self, key: str) -> str | None:
        """Answer whose key this is; every key is compared, each in constant time."""
        found = None
        for org, keys in self.orgs.items():
            for known in keys:
                if compare_digest(known.encode(), key.encode()):
                    found = org
        return found

    def org_of_token(self, token: str) -> str | None:
        """Answer whose token this is; a token was issued for a key and stands in for it."""
        return self.accounts.holder_of(token) if self.accounts else None

    def issuing(self) -> Accounts:
        """Answer who issues tokens and replaces keys. Raises Unavailable if nobody does."""
        if self.accounts is None:
            raise Unavailable("this house issues no credentials")
        return self.accounts

    def caller(self, request: HttpRequest, org: str) -> Caller:
        """Answer who calls. `Idempotency-Key` names the wish; without one it is a new wish."""
        key = request.headers.get("idempotency-key")
        wish = wish_of(org, request.url.path, key) if key else uuid4().hex
        correlation = (request.headers.get("x-correlation-id") or uuid_of(org, wish))[:128]
        bind_contextvars(correlation_id=correlation)  # for the rest of this request
        return Caller(org, uuid4().hex, wish, correlation)
