"""The HTTP application: the packs' routes, the control API, health, and limits around them all."""

from functools import partial
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from telecine.gateway import forms, health, scrape
from telecine.gateway.access import AccessLog
from telecine.gateway.control import routes as control
from telecine.gateway.describing import completed
from telecine.gateway.failures import failure
from telecine.gateway.limits import BodyLimit
from telecine.gateway.logs import Logs
from telecine.gateway.measures import HttpMeasures
from telecine.gateway.tus import Turned, is_upload, mount, turned_away
from telecine.gateway.uploads import Uploads
from telecine.platforms import packs
from telecine.platforms.house import House
from telecine.shared.copies.heartbeat import Pulse
from telecine.shared.settings import Settings
from telecine.shared.wire.bus import Bus

_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")


def application(
    house: House, bus: Bus, pulse: Pulse, uploads: Uploads, settings: Settings
) -> FastAPI:
    """Compose the application. What it says of itself is put together when somebody asks for it: to
    describe 150 routes takes longer than all else that a gateway does at its start."""
    compose = partial(_composed, house, bus, pulse, uploads, settings)
    app = compose(described=False)

    def openapi() -> dict[str, Any]:
        if not app.openapi_schema:
            app.openapi_schema = completed(compose(described=True).openapi())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own documents do it so
    return app


def _composed(
    house: House,
    bus: Bus,
    pulse: Pulse,
    uploads: Uploads,
    settings: Settings,
    *,
    described: bool,
) -> FastAPI:
    app = FastAPI(
        title="Telecine",
        summary="A local stand-in for a video platform",
        docs_url=None,  # their pages load scripts from elsewhere; the house works offline
        redoc_url=None,
        redirect_slashes=False,
        telemetry=bus.tracing.of_http(),
        strict_content_type=False,  # what `curl -d` sends by itself is JSON here too
    )
    app.include_router(health.router(bus, pulse))
    app.include_router(scrape.router(bus.metrics, house, is_open=settings.is_local))
    app.include_router(control.router(house, Logs(bus), described=described))
    doors, places = [], set[str]()
    for pack in packs().values():
        app.include_router(pack.router(house, pack.saying if described else None))
        for door in pack.doors:
            mount(app, house, door, uploads, settings.upload_limit)
            doors.append(door)
        for form in pack.forms:
            forms.mount(app, house, form, uploads, settings.upload_limit)
            places.add(form.path)
    app.add_exception_handler(HTTPException, _http_failure)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Turned, turned_away)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _defect)
    app.add_middleware(
        BodyLimit,
        is_upload=lambda path: path in places or any(is_upload(path, door) for door in doors),
        refuse=failure,
    )
    app.add_middleware(AccessLog)
    app.add_middleware(HttpMeasures, metrics=bus.metrics)
    return app


async def _http_failure(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    answer = failure(request, error.status_code, str(error.detail))
    answer.headers.update(error.headers or {})
    if error.status_code == 405:
        answer.headers["allow"] = ", ".join(sorted(_methods(request)))
    return answer


def _methods(request: Request) -> set[str]:
    """Answer every method that a path knows; the router itself names its first route's only."""
    tried = {method: {**request.scope, "method": method} for method in _METHODS}
    routes = request.app.routes
    return {
        method
        for method, scope in tried.items()
        if any(route.matches(scope)[0] is Match.FULL for route in routes)
    }


async def _invalid(request: Request, error: Exception) -> Response:
    """Answer bad input of a route that does not word its errors itself (the tus library's)."""
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    return failure(request, 400, f"{first['loc'][-1]}: {first['msg']}")


async def _gone(request: Request, _: Exception) -> Response:
    """A client that went away amid its request: nobody hears this, the access log shows it."""
    return failure(request, 400, "the request ended before its body did")


async def _defect(request: Request, _: Exception) -> Response:
    return failure(request, 500, "an error of ours; the log of the gateway has the details")
