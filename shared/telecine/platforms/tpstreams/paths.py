"""Paths as Django serves them: with a slash at the end, and with an answer for every method."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.house import House
from telecine.platforms.tpstreams.auth import enter, enter_any
from telecine.platforms.tpstreams.errors import not_allowed, nowhere

#: Where every organisation's paths begin.
ROOT = "/api/v1/{org}"

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True)
class Way:
    """One method of a path: who answers it, and what it does in a few words."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    handle: Callable[..., Awaitable[Response]]
    summary: str
    success: int = 200


def mount(router: APIRouter, house: House, path: str, ways: list[Way]) -> None:
    """Serve a path (it ends in a slash). Who reads may also ask for the head alone."""
    for way in ways:
        router.add_api_route(
            path, way.handle, methods=[way.method], summary=way.summary, status_code=way.success
        )
        if way.method == "GET":
            router.add_api_route(path, way.handle, methods=["HEAD"], include_in_schema=False)
    _mount_other_methods(router, house, path, [way.method for way in ways])
    router.add_api_route(
        path.rstrip("/"), without_slash, methods=[*METHODS], include_in_schema=False
    )


def mount_for_all(router: APIRouter, house: House, path: str, way: Way) -> None:
    """Serve a path that is no organisation's, in one way; who reads may ask for the head alone."""
    known = [way.method, "HEAD"] if way.method == "GET" else [way.method]

    async def other(request: Request) -> Response:
        enter_any(house, request)
        return not_allowed(request, ", ".join(known))

    others = [method for method in METHODS if method not in known]
    add = router.add_api_route
    add(path, way.handle, methods=[way.method], summary=way.summary, status_code=way.success)
    if way.method == "GET":
        add(path, way.handle, methods=["HEAD"], include_in_schema=False)
    add(path, other, methods=others, include_in_schema=False)
    add(path.rstrip("/"), without_slash, methods=[*METHODS], include_in_schema=False)


def _mount_other_methods(router: APIRouter, house: House, path: str, known: list[str]) -> None:
    allowed = [*known, "HEAD"] if "GET" in known else known
    others = [method for method in METHODS if method not in allowed]

    async def other(request: Request, org: str) -> Response:
        enter(house, request, org)
        return not_allowed(request, ", ".join(allowed))

    router.add_api_route(path, other, methods=others, include_in_schema=False)


async def without_slash(request: Request) -> Response:
    """Django's APPEND_SLASH, before any key is looked at: a read is redirected.

    Every other method would lose its body on the way, so it is told that there is nothing here.
    """
    if request.method not in {"GET", "HEAD"}:
        return nowhere()
    query = request.scope["query_string"].decode("latin-1")
    place = f"{quote(request.scope['path'])}/{'?' if query else ''}{query}"
    return Response(status_code=301, headers={"Location": place})
