"""`/metrics`: what this process tells of itself, for Prometheus. In `up` that is the whole house."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.requests import Request as HttpRequest
from starlette.types import ASGIApp, Receive, Scope, Send

from telecine.gateway.control.shapes import ProblemAnswer
from telecine.gateway.failures import control_failure
from telecine.platforms.house import House
from telecine.platforms.routes import Denied, credentials
from telecine.shared.observing.metrics import Metrics


def router(metrics: Metrics, house: House, *, is_open: bool) -> APIRouter:
    """Answer the route; it takes no key where only this machine can call (`is_open`)."""
    routes = APIRouter(tags=["health"])

    @routes.get(
        "/metrics",
        summary="What this process tells of itself, for Prometheus",
        response_class=PlainTextResponse,
        responses={401: {"model": ProblemAnswer}},
    )
    async def scrape(request: Request) -> Response:
        if not is_open and not _has_key(request, house):
            message = "beyond loopback metrics need a key: 'Authorization: Bearer <key>'"
            answer = control_failure(request, 401, message, "Authorization")
            answer.headers["www-authenticate"] = "Bearer"
            return answer
        return await page(metrics, request)

    return routes


def _has_key(request: Request, house: House) -> bool:
    try:
        return house.org_of(credentials(request, "Bearer")) is not None
    except Denied:
        return False


async def page(metrics: Metrics, request: HttpRequest) -> Response:
    """Answer the metrics in the format that is asked for."""
    body, media_type = await metrics.page(request.headers.get("accept", ""))
    return Response(body, headers={"content-type": media_type})


def own_door(metrics: Metrics) -> ASGIApp:
    """Answer an application that has nothing but `/metrics`, for a port of its own."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = HttpRequest(scope, receive)
        if request.url.path == "/metrics" and request.method in {"GET", "HEAD"}:
            answer = await page(metrics, request)
        else:
            answer = PlainTextResponse("there is only /metrics here\n", 404)
        await answer(scope, receive, send)

    return app
