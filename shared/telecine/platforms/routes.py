"""Routes that never answer in a foreign shape: every error becomes the platform's own body."""

import json
from collections.abc import Callable, Coroutine
from json import JSONDecodeError
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


class Unreadable(HTTPException):
    """A body that no route can read; `field` names what is to blame in it."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(400, message)
        self.field = field


class _Request(Request):
    """One whose JSON is Unicode: JSON can say half of a surrogate pair, which no store or wire takes."""

    async def json(self) -> Any:
        try:
            value = await super().json()
        except JSONDecodeError:
            raise
        except (ValueError, RecursionError) as error:  # numbers without end, depth, no UTF
            message = (
                "the body cannot be read; send JSON in UTF-8, not nested deep, of short numbers"
            )
            raise Unreadable(message) from error
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            field = ".".join(_broken(value) or ())
            message = (
                f"{field or 'the body'}: is not Unicode (half of a surrogate pair); mend the text"
            )
            raise Unreadable(message, field or None) from error
        return value


def _broken(value: Any) -> tuple[str, ...] | None:
    """Answer the place of the first text in a JSON value that is not Unicode; None: there is none."""
    if isinstance(value, str):
        return () if any("\ud800" <= char <= "\udfff" for char in value) else None
    if isinstance(value, dict):
        if any(_broken(name) is not None for name in value):
            return ()
        items = [(name, each) for name, each in value.items()]
    else:
        items = (
            [(str(at), each) for at, each in enumerate(value)] if isinstance(value, list) else []
        )
    found = ((name, _broken(each)) for name, each in items)
    return next(((name, *place) for name, place in found if place is not None), None)


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
                    return await handle(_Request(request.scope, request.receive))
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
