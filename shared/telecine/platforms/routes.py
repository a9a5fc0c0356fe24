"""Routes that never answer in a foreign shape: every error becomes the platform's own body."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from telecine.platforms.saying import Saying
from telecine.shared.errors import Refusal, TelecineError, Unavailable


class Denied(TelecineError):
    """No key, a malformed one, or one that nobody has. `missing`: none was given."""

    def __init__(self, message: str, *, missing: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.missing = missing


class WrongOrganisation(TelecineError):
    """A good key, but the path names an organisation that is not the key's."""


RouteError = (
    RequestValidationError | HTTPException | Refusal | Unavailable | Denied | WrongOrganisation
)
#: Seconds after which it is worth asking again what was unavailable.
RETRY_AFTER = "1"

Describe = Callable[[Request, RouteError], Response]


def guarded(describe: Describe, saying: Saying | None = None) -> type[APIRoute]:
    """Answer a route class (`APIRouter(route_class=…)`) whose errors `describe` turns into answers.

    `saying`: what OpenAPI is told of the routes.
    """

    class Guarded(APIRoute):
        def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
            told = saying.options(endpoint, options) if saying else options
            super().__init__(path, endpoint, **told)

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def handle_all(request: Request) -> Response:
                try:
                    return await handle(request)
                except (
                    RequestValidationError,
                    HTTPException,
                    Refusal,
                    Unavailable,
                    Denied,
                    WrongOrganisation,
                ) as error:
                    answer = describe(request, error)
                    if isinstance(error, Unavailable):
                        answer.headers.setdefault("retry-after", RETRY_AFTER)
                    return answer

            return handle_all

    return Guarded


def credentials(request: Request, scheme: str) -> str:
    """Answer the key of an `Authorization: <scheme> <key>` header; the scheme in any case.

    Raises Denied.
    """
    header = request.headers.get("authorization")
    if not header:
        raise Denied(f"send your key as 'Authorization: {scheme} <key>'", missing=True)
    given, _, key = header.partition(" ")
    key = key.strip()
    if given.lower() != scheme.lower() or not key or " " in key:
        raise Denied(f"the Authorization header must read '{scheme} <key>'")
    return key
